import { AlyxError } from "./alyx-error.ts"

/** An expression that the database evaluates, made by `ctx.db.raw("views + 1")`. */
export class RawValue {
  readonly #expression: string

  constructor(expression: string) {
    if (typeof expression !== "string" || expression.trim() === "")
      throw new TypeError('raw() takes an expression: ctx.db.raw("views + 1").')
    this.#expression = expression
  }

  toJSON(): { $raw: string } {
    return { $raw: this.#expression }
  }
}

/**
 * Refuses an object that only looks like an expression: the JSON of a caller that is passed on to an update must stay
 * data, or it could copy what the caller may not read.
 */
export function requireNoForgedRaw(collection: string, data: unknown, mayBeRaw: "update" | "create"): void {
  if (typeof data !== "object" || data === null) return
  for (const [field, value] of Object.entries(data)) {
    if (typeof value !== "object" || value === null) continue
    if (value instanceof RawValue ? mayBeRaw === "update" : !Object.hasOwn(value, "$raw")) continue
    const message =
      value instanceof RawValue
        ? `${field} of ${collection} cannot be raw() in a create: there is no row yet.`
        : `${field} of ${collection} must not be an object with "$raw"; expressions are written ctx.db.raw("…").`
    const details = { fields: { [field]: [{ code: "WRONG_TYPE", message }] } }
    throw new AlyxError({ code: "VALIDATION_ERROR", status: 400, message, details })
  }
}
