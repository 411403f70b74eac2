import { evaluationWorkMax } from "./limits.ts"
import type { RuleAuth, RuleContext, RuleDocuments, RuleRequest, StoredRow } from "./rules.ts"
import { anonymousAuth } from "./rules.ts"
import type { Outcome, RuleValue } from "./values.ts"

/** Nobody asks for nothing: what parts are evaluated with that depend on no caller. */
export const noContext: RuleContext = Object.freeze({
  auth: anonymousAuth,
  request: Object.freeze({ method: "", ip: "", time: "1970-01-01T00:00:00.000Z", body: null, headers: {} }),
})

/** One evaluation of a rule: what it is about, and how much of its work is left. */
export class RuleFrame {
  readonly auth: RuleAuth
  readonly request: RuleRequest
  /** Null while only the caller is known. */
  readonly doc: StoredRow | null
  readonly new: StoredRow | null
  /** The elements that macros are at, by how deep they are nested. */
  readonly elements: RuleValue[] = []
  #workLeft = evaluationWorkMax
  #parsedLength = 0
  #parsed: Map<string, RuleValue> | null = null

  constructor(context: RuleContext, documents: RuleDocuments | null) {
    this.auth = context.auth
    this.request = context.request
    this.doc = documents?.doc ?? null
    // On create a write rule finds the document under either name.
    this.new = documents?.new ?? documents?.doc ?? null
  }

  /** Takes from the work that is left. False when it is used up. */
  spend(steps: number): boolean {
    this.#workLeft -= steps
    return this.#workLeft >= 0
  }

  /** The steps that were taken. A json column is no step: it was bounded when it was written; 8 characters of it take as long as one. */
  get spent(): number {
    return 1 + evaluationWorkMax - this.#workLeft + (this.#parsedLength >> 3)
  }

  /** Parses a json column once an evaluation. */
  parsed(text: string): RuleValue {
    const known = this.#parsed?.get(text)
    if (known !== undefined) return known
    this.#parsedLength += text.length
    const value = JSON.parse(text) as RuleValue
    this.#parsed ??= new Map()
    this.#parsed.set(text, value)
    return value
  }
}

/** A part of a rule, ready to be evaluated. Never throws for what the data holds. */
export type Evaluate = (frame: RuleFrame) => Outcome
