import type { Condition } from "../records/condition.ts"

/** A field, and a text that it contains in every document of a result, whatever the case of its letters. */
export interface ContainedText {
  readonly field: string
  readonly text: string
}

/** The longest text that one of the conditions asks for in each document; null where none does. */
export function containedText(conditions: readonly Condition[]): ContainedText | null {
  let longest: ContainedText | null = null
  for (const { field, operator, values } of conditions) {
    const [sought] = values
    if (typeof sought !== "string" || field.type === "json") continue
    const parts = operator === "like" ? sought.split(/[%_]/) : operator === "contains" ? [sought] : []
    for (const part of parts) {
      if (part.length > (longest?.text.length ?? 0)) longest = { field: field.name, text: withoutCase(part) }
    }
  }
  return longest
}

/** How much is still searched while changes are marked; beyond it, groups are asked one by one in their turns. */
export class SearchAllowance {
  #charactersLeft = charactersMax

  /** Whether so many searches in short texts are no more than what is left. */
  allows(searchCount: number): boolean {
    return searchCount * searchCharacters <= this.#charactersLeft
  }

  /** Counts one search; false when nothing is left. */
  take(characters: number): boolean {
    this.#charactersLeft -= characters + searchCharacters
    return this.#charactersLeft >= 0
  }
}

/** Some milliseconds. */
const charactersMax = 5_000_000

/** What a search costs besides its characters, in characters. */
const searchCharacters = 100

/** What a changed document was and is, to be searched for the texts of groups: asking a group takes a hundred times as long. */
export class SearchedDocument {
  readonly #states: readonly Readonly<Record<string, unknown>>[]
  readonly #allowance: SearchAllowance
  readonly #contents = new Map<string, readonly (string | null)[]>()

  constructor(states: readonly Readonly<Record<string, unknown>>[], allowance: SearchAllowance) {
    this.#states = states
    this.#allowance = allowance
  }

  /** False when the document neither was nor is in a result of which every document contains the text. */
  mayContain({ field, text }: ContainedText): boolean {
    for (const content of this.#contentsOf(field)) {
      if (content === null || !this.#allowance.take(content.length) || content.includes(text)) return true
    }
    return false
  }

  /** A field's texts; null for one that cannot be searched. */
  #contentsOf(field: string): readonly (string | null)[] {
    const known = this.#contents.get(field)
    if (known !== undefined) return known
    const values = this.#states.map((state) => state[field]).filter((value) => value !== null)
    const made = values.map((value) => (isSearchable(value) ? withoutCase(value) : null))
    this.#contents.set(field, made)
    return made
  }
}

/** Where bytes are no UTF-8, SQLite and JavaScript do not read the same characters. */
function isSearchable(value: unknown): value is string {
  return typeof value === "string" && value.length <= searchedLengthMax && !value.includes("\uFFFD")
}

/** The longest text that is searched; a longer one may contain anything. */
export const searchedLengthMax = 16_384

/** Letter by letter, so that a part of a text stays one: only sigma has two forms, by its place in a word. */
function withoutCase(text: string): string {
  return text.toLowerCase().replaceAll("ς", "σ")
}
