/** A part of a pattern: what a text that matches it is made of. */
export type PatternPart =
  | { readonly kind: "characters"; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly kind: "sequence"; readonly parts: readonly PatternPart[] }
  | { readonly kind: "choice"; readonly parts: readonly PatternPart[] }
  | { readonly kind: "repeat"; readonly part: PatternPart; readonly min: number; readonly max: number }

type Ranges = (readonly [number, number])[]

const code = (character: string): number => character.codePointAt(0)!

const printable: Ranges = [[0x20, 0x7e]]
const digits: Ranges = [[code("0"), code("9")]]
const letters: Ranges = [
  [code("a"), code("z")],
  [code("A"), code("Z")],
]
const wordRanges: Ranges = [...letters, ...digits, [code("_"), code("_")]]
const spaces: Ranges = [[0x20, 0x20]]
const empty: PatternPart = { kind: "sequence", parts: [] }

/** What the usual properties of Unicode hold, as far as texts are made of them. */
const properties: Readonly<Record<string, Ranges>> = {
  L: letters,
  Letter: letters,
  Alphabetic: letters,
  Lu: [[code("A"), code("Z")]],
  Uppercase_Letter: [[code("A"), code("Z")]],
  Uppercase: [[code("A"), code("Z")]],
  Ll: [[code("a"), code("z")]],
  Lowercase_Letter: [[code("a"), code("z")]],
  Lowercase: [[code("a"), code("z")]],
  N: digits,
  Nd: digits,
  Number: digits,
  P: [[code("-"), code(".")]],
  Punctuation: [[code("-"), code(".")]],
  Zs: spaces,
}

/** Reads a pattern of ECMAScript's `u` mode, which is valid, into what its texts are made of; places such as ^ take none. */
export function readPattern(pattern: string): PatternPart {
  const reader = new PatternReader(Array.from(pattern))
  return reader.choice()
}

class PatternReader {
  readonly #characters: readonly string[]
  #at = 0

  constructor(characters: readonly string[]) {
    this.#characters = characters
  }

  choice(): PatternPart {
    const parts = [this.#sequence()]
    while (this.#take("|")) parts.push(this.#sequence())
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts }
  }

  #sequence(): PatternPart {
    const parts: PatternPart[] = []
    while (this.#at < this.#characters.length && this.#peek() !== "|" && this.#peek() !== ")") {
      parts.push(this.#repeated(this.#atom()))
    }
    return { kind: "sequence", parts }
  }

  #atom(): PatternPart {
    const character = this.#next()
    if (character === "^" || character === "$") return empty
    if (character === ".") return { kind: "characters", ranges: printable }
    if (character === "\\") return this.#escape()
    if (character === "[") return { kind: "characters", ranges: this.#class() }
    if (character !== "(") return literal(character)
    if (this.#take("?")) {
      // (?: … ) and (?<name> … ); the language has no other kind.
      if (!this.#take(":")) while (this.#next() !== ">");
    }
    const inner = this.choice()
    this.#take(")")
    return inner
  }

  #repeated(part: PatternPart): PatternPart {
    const bounds = this.#bounds()
    if (bounds === undefined) return part
    this.#take("?")
    return { kind: "repeat", part, ...bounds }
  }

  #bounds(): { min: number; max: number } | undefined {
    if (this.#take("*")) return { min: 0, max: Infinity }
    if (this.#take("+")) return { min: 1, max: Infinity }
    if (this.#take("?")) return { min: 0, max: 1 }
    if (!this.#take("{")) return undefined
    let text = ""
    for (let character = this.#next(); character !== "}"; character = this.#next()) text += character
    const [min = "0", max] = text.split(",")
    return { min: Number(min), max: max === undefined ? Number(min) : max === "" ? Infinity : Number(max) }
  }

  #escape(): PatternPart {
    const character = this.#peek()
    if (character === "b" || character === "B") {
      this.#at += 1
      return empty
    }
    return { kind: "characters", ranges: this.#escapedRanges() }
  }

  #escapedRanges(): Ranges {
    const character = this.#next()
    const known: Record<string, Ranges> = {
      d: digits,
      w: wordRanges,
      s: spaces,
      D: complement(digits),
      W: complement(wordRanges),
      S: complement(spaces),
    }
    if (known[character] !== undefined) return known[character]
    if (character === "p" || character === "P") return this.#property(character === "P")
    const controls: Record<string, number> = { t: 9, n: 10, v: 11, f: 12, r: 13, "0": 0 }
    const point = controls[character] ?? this.#codeEscape(character) ?? code(character)
    return [[point, point]]
  }

  #codeEscape(character: string): number | undefined {
    if (character === "c") return code(this.#next()) % 32
    if (character !== "x" && character !== "u") return undefined
    let digitsText = ""
    if (this.#take("{")) for (let digit = this.#next(); digit !== "}"; digit = this.#next()) digitsText += digit
    else for (let count = character === "x" ? 2 : 4; count > 0; count -= 1) digitsText += this.#next()
    return Number.parseInt(digitsText, 16)
  }

  #property(isNegated: boolean): Ranges {
    this.#take("{")
    let name = ""
    for (let character = this.#next(); character !== "}"; character = this.#next()) name += character
    const ranges = properties[name.split("=").at(-1)!] ?? letters
    return isNegated ? complement(ranges) : ranges
  }

  #class(): Ranges {
    const isNegated = this.#take("^")
    const ranges: Ranges = []
    while (this.#peek() !== "]" && this.#at < this.#characters.length) {
      const from = this.#classMember()
      if (from.length === 1 && this.#peek() === "-" && this.#characters[this.#at + 1] !== "]") {
        this.#at += 1
        const to = this.#classMember()
        ranges.push([from[0]![0], to[0]![1]])
      } else ranges.push(...from)
    }
    this.#take("]")
    return isNegated ? complement(ranges) : ranges
  }

  #classMember(): Ranges {
    const character = this.#next()
    if (character !== "\\") return [[code(character), code(character)]]
    if (!this.#take("b")) return this.#escapedRanges()
    return [[8, 8]]
  }

  #peek(): string | undefined {
    return this.#characters[this.#at]
  }

  #next(): string {
    const character = this.#characters[this.#at]
    this.#at += 1
    if (character === undefined) throw new SyntaxError("the pattern ends too early")
    return character
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at += 1
    return true
  }
}

function literal(character: string): PatternPart {
  return { kind: "characters", ranges: [[code(character), code(character)]] }
}

/** What of the printable characters is not in the ranges, or of letters beyond them when nothing is left. */
function complement(ranges: Ranges): Ranges {
  const rest: Ranges = []
  for (let point = 0x20; point <= 0x7e; point += 1) {
    if (!ranges.some(([from, to]) => from <= point && point <= to)) rest.push([point, point])
  }
  return rest.length > 0 ? rest : [[0xe0, 0xf6]]
}
