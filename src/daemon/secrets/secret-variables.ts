import { isSecretVariable } from "./secret-names.ts"
import { formerValuesMax } from "./secret-limits.ts"

/** The variables of a function, by name. */
type Variables = Readonly<Record<string, string>>

/**
 * The values of functions' variables whose names say that they are secret. Those that were until lately are among them, since calls
 * under way may still tell them.
 */
export class SecretVariables {
  #present: ReadonlySet<string> = new Set()
  #former: readonly string[] = []
  #values: readonly string[] = []

  /** Takes the variables of all functions as they are now. */
  follow(all: Iterable<Variables>): void {
    const present = new Set<string>()
    for (const variables of all)
      for (const [name, value] of Object.entries(variables)) if (isSecretVariable(name)) present.add(value)
    const gone = [...this.#present].filter((value) => !present.has(value))
    this.#former = [...gone, ...this.#former.filter((value) => !present.has(value))].slice(0, formerValuesMax)
    this.#present = present
    this.#values = [...present, ...this.#former]
  }

  /** For redaction; never shown. */
  values(): readonly string[] {
    return this.#values
  }
}
