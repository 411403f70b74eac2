import Handlebars from "handlebars"

/** A value that a template may put in. */
export type TemplateData = Readonly<Record<string, unknown>>

/** How long a template may be; ours are far shorter. */
const templateLengthMax = 1_000_000

/**
 * Renders a handlebars template into code or configuration. Nothing is escaped for HTML, a name that the data lacks is
 * an error, and helpers are those given here: `{{str x}}` writes any value as a JSON literal, which YAML and
 * JavaScript read too. A literal `{{x}}` is written `\{{x}}`.
 */
export function renderTemplate(source: string, data: TemplateData): string {
  if (source.length > templateLengthMax) throw new RangeError("The template is too long.")
  const handlebars = Handlebars.create()
  handlebars.registerHelper("str", literal)
  const template = handlebars.compile(source, {
    noEscape: true,
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: { str: true },
    preventIndent: true,
  })
  return template(data)
}

function literal(value: unknown): string {
  // A line separator is a line break to JavaScript, and `</` would end a script.
  const escaped: Readonly<Record<string, string>> = { "\u2028": "\\u2028", "\u2029": "\\u2029", "</": "<\\/" }
  return (JSON.stringify(value) ?? "null").replaceAll(/[\u2028\u2029]|<\//g, (part) => escaped[part]!)
}
