/** Thrown when judging a value took more work than is allowed. */
export class WorkExceeded extends Error {}

/**
 * Counts what judging one json value costs, in steps of about ten nanoseconds. A JSON Schema may well multiply its own
 * size by that of the value (`items: { anyOf: [a hundred shapes] }`); this is where the product ends.
 */
export class JsonSchemaWork {
  #left = 0

  /** Begins a value, which may take that many steps. */
  begin(max: number): void {
    this.#left = max
  }

  /** Counts steps, and throws when they were too many. */
  spend(steps: number): void {
    this.#left -= steps
    if (this.#left < 0) throw new WorkExceeded()
  }
}
