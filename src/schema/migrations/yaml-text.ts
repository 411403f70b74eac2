import type { JsonValue } from "../schema.ts"

/** Words that YAML, old or new, takes for something else than text. */
const notText = /^(?:true|false|null|yes|no|on|off|y|n|~)$/i

/** Text that means itself in every place, inside of [] and {} too. */
const plainText = /^[A-Za-z_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*$/

/** Writes a value on one line. Text stands in quotes only where it would mean something else without. */
export function yamlInline(value: JsonValue): string {
  if (typeof value === "string") return yamlText(value)
  if (Array.isArray(value)) return `[${value.map((item) => yamlInline(item as JsonValue)).join(", ")}]`
  if (typeof value !== "object" || value === null) return String(value)
  const entries = Object.entries(value).map(([key, inner]) => `${yamlInline(key)}: ${yamlInline(inner)}`)
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`
}

/** Single quotes where the text has double ones, as SQL names do: nothing in them has to be escaped. */
function yamlText(value: string): string {
  if (plainText.test(value) && !notText.test(value)) return value
  return /^[^'\p{Cc}]*"[^'\p{Cc}]*$/u.test(value) ? `'${value}'` : JSON.stringify(value)
}

/** Writes `key: value` with text of several lines as a block; each line stands for itself, without a margin. */
export function yamlEntryLines(key: string, value: JsonValue): readonly string[] {
  const isBlock = typeof value === "string" && /^\S[^]*\n/.test(value) && !/[^\P{Cc}\n]/u.test(value)
  if (!isBlock) return [`${key}: ${yamlInline(value)}`]
  const body = value.replace(/\n+$/, "")
  const chomp = value === body ? "|-" : value === `${body}\n` ? "|" : "|+"
  const lines = value.endsWith("\n") ? value.slice(0, -1).split("\n") : value.split("\n")
  return [`${key}: ${chomp}`, ...lines.map((line) => (line === "" ? "" : `  ${line}`))]
}
