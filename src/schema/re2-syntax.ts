/**
 * Rewrites a pattern of ECMAScript's `u` mode, which must be valid there, into the syntax of RE2 with the same meaning.
 * Throws a SyntaxError that ends a sentence when RE2 has no words for a part of it.
 */
export function toRe2Syntax(pattern: string): string {
  const reader: Reader = { characters: Array.from(pattern), position: 0 }
  let result = ""
  while (reader.position < reader.characters.length) result += nextPart(reader)
  return result
}

interface Reader {
  /** One code point each. */
  readonly characters: readonly string[]
  position: number
}

function nextPart(reader: Reader): string {
  const character = reader.characters[reader.position]!
  reader.position += 1
  if (character === ".") return String.raw`[^\n\r\x{2028}\x{2029}]`
  if (character === "(") return group(reader)
  if (character === "[") return characterClass(reader)
  if (character !== "\\") return character
  const escaped = readEscape(reader)
  if (escaped.kind === "character") return literal(escaped.codePoint)
  return escaped.kind === "set" ? `[${escaped.ranges}]` : escaped.text
}

/** Nothing asks what a group held, so that every group becomes a plain one, whatever its name. */
function group(reader: Reader): string {
  const rest = reader.characters.slice(reader.position, reader.position + 3).join("")
  if (!rest.startsWith("?")) return "(?:"
  if (rest.startsWith("?=") || rest.startsWith("?!")) throw new SyntaxError("it looks ahead, with (?= or (?!")
  if (rest === "?<=" || rest === "?<!") throw new SyntaxError("it looks behind, with (?<= or (?<!")
  if (!rest.startsWith("?:") && !rest.startsWith("?<")) throw new SyntaxError("it changes flags, as (?i: does")
  const end = rest.startsWith("?:") ? ":" : ">"
  reader.position = reader.characters.indexOf(end, reader.position) + 1
  return "(?:"
}

/** `]` stands for itself nowhere in `u` mode, and a range never has a set at its ends. */
function characterClass(reader: Reader): string {
  const isNegated = reader.characters[reader.position] === "^"
  if (isNegated) reader.position += 1
  let members = ""
  while (reader.characters[reader.position] !== "]") {
    const first = readMember(reader)
    if (first.kind !== "character") {
      members += first.kind === "set" ? first.ranges : first.text
      continue
    }
    members += literal(first.codePoint)
    if (reader.characters[reader.position] !== "-" || reader.characters[reader.position + 1] === "]") continue
    reader.position += 1
    const last = readMember(reader)
    if (last.kind === "character") members += `-${literal(last.codePoint)}`
  }
  reader.position += 1
  // RE2 cannot write a class without members.
  if (members === "") return isNegated ? anything : nothing
  return `[${isNegated ? "^" : ""}${members}]`
}

const anything = String.raw`[\x{0}-\x{10FFFF}]`
const nothing = String.raw`[^\x{0}-\x{10FFFF}]`

function readMember(reader: Reader): Escape {
  const character = reader.characters[reader.position]!
  reader.position += 1
  if (character !== "\\") return { kind: "character", codePoint: character.codePointAt(0)! }
  if (reader.characters[reader.position] !== "b") return readEscape(reader)
  reader.position += 1
  return { kind: "character", codePoint: 8 }
}

/** What follows a backslash: one character, a set that RE2 needs spelt out as ranges, or what RE2 writes the same. */
type Escape =
  | { readonly kind: "character"; readonly codePoint: number }
  | { readonly kind: "set"; readonly ranges: string }
  | { readonly kind: "same"; readonly text: string }

const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 }

function readEscape(reader: Reader): Escape {
  const character = reader.characters[reader.position]!
  reader.position += 1
  if ("dDwWbB".includes(character)) return { kind: "same", text: `\\${character}` }
  if ("sS".includes(character)) return { kind: "set", ranges: unicodeRanges(`\\${character}`) }
  if ("pP".includes(character)) return { kind: "set", ranges: unicodeRanges(`\\${character}${readBraces(reader)}`) }
  if ("123456789k".includes(character)) throw new SyntaxError(`it refers back to a group, with \\${character}`)
  if (character === "c") return { kind: "character", codePoint: take(reader, 1).codePointAt(0)! % 32 }
  if (character === "x") return { kind: "character", codePoint: Number.parseInt(take(reader, 2), 16) }
  if (character === "u") return { kind: "character", codePoint: readUnicodeEscape(reader) }
  return { kind: "character", codePoint: controls[character] ?? character.codePointAt(0)! }
}

function readUnicodeEscape(reader: Reader): number {
  if (reader.characters[reader.position] === "{") return Number.parseInt(readBraces(reader).slice(1), 16)
  const unit = Number.parseInt(take(reader, 4), 16)
  const next = reader.characters.slice(reader.position, reader.position + 6).join("")
  // Two escapes of a surrogate pair are one character.
  if ((unit & 0xfc_00) !== 0xd8_00 || !/^\\u[dD][c-fC-F]/.test(next)) return unit
  const low = Number.parseInt(take(reader, 6).slice(2), 16)
  return 0x1_00_00 + ((unit - 0xd8_00) << 10) + (low - 0xdc_00)
}

function readBraces(reader: Reader): string {
  return take(reader, reader.characters.indexOf("}", reader.position) + 1 - reader.position)
}

function take(reader: Reader, count: number): string {
  const taken = reader.characters.slice(reader.position, reader.position + count).join("")
  reader.position += count
  return taken
}

function literal(codePoint: number): string {
  return `\\x{${codePoint.toString(16)}}`
}

/** The members of a set such as `\p{Letter}`: JavaScript's own, whose names and Unicode version RE2 does not share. */
function unicodeRanges(set: string): string {
  const known = rangesOfSets.get(set)
  if (known !== undefined) return known
  let ranges = ""
  for (const [run] of everyCharacter().matchAll(new RegExp(`${set}+`, "gu"))) {
    const last = run.codePointAt(run.length - 2)!
    const end = last > 0xff_ff ? last : run.codePointAt(run.length - 1)!
    ranges += `${literal(run.codePointAt(0)!)}-${literal(end)}`
  }
  // A set without members cannot stand in a class of RE2, but a range of surrogates, which no text holds, can.
  const members = ranges === "" ? String.raw`\x{d800}-\x{d800}` : ranges
  rangesOfSets.set(set, members)
  return members
}

/** It takes some 40 ms to find them; there are a few hundred sets that a pattern can name. */
const rangesOfSets = new Map<string, string>()

function everyCharacter(): string {
  const blocks: string[] = []
  for (let start = 0; start <= 0x10_ff_ff; start += 0x4_00) {
    const isSurrogates = start >= 0xd8_00 && start < 0xe0_00
    if (!isSurrogates) blocks.push(String.fromCodePoint(...Array.from({ length: 0x4_00 }, (_, index) => start + index)))
  }
  return blocks.join("")
}
