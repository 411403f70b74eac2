import type { SourceLocation } from "../lib/source-location.ts"
import type { FieldDraft, OptionDraft } from "./drafts.ts"
import type { FieldOptionName } from "./field-options.ts"
import { fieldOptions, optionFitsType } from "./field-options.ts"
import type { ProblemList } from "./problem-list.ts"
import { readBoolean, readNumber, readText, readWord } from "./read-values.ts"
import type { FieldType } from "./schema.ts"

/** Reads the options of one field, each checked against the type and for its own form. */
export class OptionReader {
  readonly #label: string
  readonly #draft: FieldDraft
  readonly #problems: ProblemList
  readonly #fitting: ReadonlyMap<FieldOptionName, OptionDraft>

  constructor(parts: {
    readonly label: string
    readonly type: FieldType
    readonly draft: FieldDraft
    readonly problems: ProblemList
  }) {
    this.#label = parts.label
    this.#draft = parts.draft
    this.#problems = parts.problems
    this.#fitting = this.#withoutMisfits(parts.type)
  }

  /** The option as written, when it is given and fits the type. */
  option(name: FieldOptionName): OptionDraft | undefined {
    return this.#fitting.get(name)
  }

  /** Where to point when an option is to blame: at its value, else at the field. */
  place(name: FieldOptionName): SourceLocation {
    return this.#draft.options.get(name)?.value.at ?? this.#draft.at
  }

  boolean(name: FieldOptionName): boolean | null {
    const option = this.option(name)
    return option === undefined ? null : readBoolean(option.value, this.#what(name), this.#problems)
  }

  word<Word extends string>(name: FieldOptionName, words: readonly Word[]): Word | null {
    const option = this.option(name)
    return option === undefined ? null : readWord(option.value, words, this.#what(name), this.#problems)
  }

  text(name: FieldOptionName): string | null {
    const option = this.option(name)
    return option === undefined ? null : readText(option.value, this.#what(name), this.#problems)
  }

  number(name: FieldOptionName): number | null {
    const option = this.option(name)
    return option === undefined ? null : readNumber(option.value, this.#what(name), this.#problems)
  }

  /** A number that must be whole, and not below a bound when one is given. */
  wholeNumber(name: FieldOptionName, atLeast?: number): number | null {
    const value = this.number(name)
    if (value === null) return null
    if (Number.isSafeInteger(value) && (atLeast === undefined || value >= atLeast)) return value + 0
    const bound = atLeast === undefined ? "" : ` of at least ${atLeast}`
    const message = `${this.#what(name)} must be a whole number${bound}, not ${value}.`
    this.#problems.add("OPTION_INVALID", this.place(name), message)
    return null
  }

  #what(name: FieldOptionName): string {
    return `${name} of ${this.#label}`
  }

  #withoutMisfits(type: FieldType): ReadonlyMap<FieldOptionName, OptionDraft> {
    const fitting = new Map<FieldOptionName, OptionDraft>()
    for (const [name, option] of this.#draft.options) {
      if (optionFitsType(name, type)) {
        fitting.set(name, option)
        continue
      }
      const message = `Field ${this.#label} is of type ${type}, which cannot have ${name}.`
      const next = `${name} is for ${fieldOptions[name].types.join(", ")}.`
      this.#problems.add("OPTION_NOT_FOR_TYPE", option.keyAt, message, next)
    }
    return fitting
  }
}
