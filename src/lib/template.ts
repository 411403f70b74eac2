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
  return render(source, data, { noEscape: true })
}

/** Renders a handlebars template into HTML: values are escaped, and all else is as in renderTemplate. */
export function renderHtmlTemplate(source: string, data: TemplateData): string {
  return render(source, data, { noEscape: false })
}

function render(source: string, data: TemplateData, { noEscape }: { readonly noEscape: boolean }): string {
  if (source.length > templateLengthMax) throw new RangeError("The template is too long.")
  const handlebars = Handlebars.create()
  handlebars.registerHelper("str", literal)
  const template = handlebars.compile(source, {
    noEscape,
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: { str: true },
    preventIndent: true,
  })
  return template(data)
}

/** Where in a template its error is: the line, and a sentence. Columns that handlebars tells are those of its tokens. */
export function templateProblem(error: unknown): { readonly line: number; readonly message: string } {
  const text = error instanceof Error ? error.message : String(error)
  const told = error instanceof Error && "lineNumber" in error ? Number(error.lineNumber) : NaN
  const line = Number.isInteger(told) ? told : Number(/on line (\d+)/.exec(text)?.[1] ?? 1)
  const missing = /^"(.{1,100})" not defined/.exec(text)?.[1]
  if (missing !== undefined) return { line, message: `There is no value named "${missing}".` }
  if (text.startsWith("Parse error"))
    return { line, message: "It is no valid template: a {{…}} is not closed, or not known." }
  return {
    line,
    message: text
      .split("\n")
      .at(-1)!
      .replace(/ - \d+:\d+$/, ""),
  }
}

function literal(value: unknown): string {
  // A line separator is a line break to JavaScript, and `</` would end a script.
  const escaped: Readonly<Record<string, string>> = { "\u2028": "\\u2028", "\u2029": "\\u2029", "</": "<\\/" }
  return (JSON.stringify(value) ?? "null").replaceAll(/[\u2028\u2029]|<\//g, (part) => escaped[part]!)
}
