/**
 * Promises of release, kept in reverse. The line that acquires something is followed by the line that pushes its
 * release; `releaseAll` runs every one of them, the newest first, even when one throws.
 */
export class ReleaseStack {
  readonly #releases: { readonly name: string; readonly release: () => Promise<unknown> | void }[] = []

  /** Promises to run `release` at the end; the name is for the message should it fail. */
  push(name: string, release: () => Promise<unknown> | void): void {
    this.#releases.push({ name, release })
  }

  /** Runs all promised releases once; returns what failed. Later calls find nothing left to do. */
  async releaseAll(): Promise<readonly { readonly name: string; readonly error: unknown }[]> {
    const failures: { name: string; error: unknown }[] = []
    for (let next = this.#releases.pop(); next !== undefined; next = this.#releases.pop()) {
      try {
        await next.release()
      } catch (error) {
        failures.push({ name: next.name, error })
      }
    }
    return failures
  }
}
