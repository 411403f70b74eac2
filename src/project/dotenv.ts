import type { Problem } from "../errors.ts"
import type { SourceLocation } from "../lib/source-location.ts"

/** A variable of a .env file, and where it stands. */
export interface DotenvVariable {
  readonly value: string
  readonly at: SourceLocation
}

/** What a .env file says. */
export interface Dotenv {
  readonly variables: ReadonlyMap<string, DotenvVariable>
  readonly problems: readonly Problem[]
}

/**
 * Reads the text of a .env file: NAME=value, one a line, with comments, an optional `export`, and quotes. Single quotes
 * keep everything; double quotes know \n \r \t \" \\ \$; both may span lines. Values never reach a message,
 * and places have the length 0, so that no excerpt shows their lines.
 */
export function parseDotenv(text: string, file: string): Dotenv {
  const variables = new Map<string, DotenvVariable>()
  const problems: Problem[] = []
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!
    if (/^\s*(?:#|$)/.test(line)) continue
    const start = line.length - line.trimStart().length
    const at: SourceLocation = { file, line: index + 1, column: start + 1, length: 0 }
    const head = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=[^\S\n]*/.exec(line)
    if (head === null) {
      problems.push({ code: "DOTENV_SYNTAX", message: "The line is not of the form NAME=value.", at })
      continue
    }
    const name = head[1]!
    const value = readValue(lines, index, head[0].length)
    if (typeof value === "string") {
      problems.push({ code: "DOTENV_SYNTAX", message: `${name} ${value}`, at })
      continue
    }
    if (variables.has(name)) {
      problems.push({ code: "DUPLICATE_VARIABLE", message: `${name} is set twice in ${file}.`, at })
    }
    variables.set(name, { value: value.text, at })
    index = value.lastIndex
  }
  return { variables, problems }
}

interface ReadValue {
  readonly text: string
  readonly lastIndex: number
}

/** The value that starts at a column of a line; a sentence's end when it is malformed. */
function readValue(lines: readonly string[], index: number, column: number): ReadValue | string {
  const first = lines[index]!.slice(column)
  const quote = first[0]
  if (quote !== "'" && quote !== '"') return { text: first.replace(/(?:^|\s+)#.*$/, "").trim(), lastIndex: index }
  const pattern = quote === "'" ? /^'([^']*)'(.*)$/s : /^"((?:[^"\\]|\\.)*)"(.*)$/s
  let joined = first
  for (let last = index; last < Math.min(lines.length, index + lineCountMax); last += 1) {
    if (last > index) joined += `\n${lines[last]!}`
    const match = pattern.exec(joined)
    if (match === null) continue
    if (!/^\s*(?:#.*)?$/.test(match[2]!)) return "has something after its closing quote."
    return { text: quote === "'" ? match[1]! : unescape(match[1]!), lastIndex: last }
  }
  return "has no closing quote."
}

/** A quoted value may have this many lines, enough for any key in PEM. */
const lineCountMax = 200

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" }

function unescape(text: string): string {
  return text.replaceAll(
    /\\(.)/gs,
    (whole, letter: string) => escapes[letter] ?? ('"\\$'.includes(letter) ? letter : whole),
  )
}
