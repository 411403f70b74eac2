import { alyxError } from "../errors.ts"
import type { Terminal } from "./terminal.ts"

/** What is to be lost. */
export interface ConsentQuestion {
  /** "Delete ada@example.com with everything that belongs to it". */
  readonly what: string
  /** The command that does not ask. */
  readonly command: string
}

/** Asks a person before something goes that nobody can bring back; without a terminal it names the flag. */
export async function requireConsent(
  { what, command }: ConsentQuestion,
  { interactive, isJson }: Pick<Terminal, "interactive"> & { readonly isJson: boolean },
): Promise<boolean> {
  if (!interactive || isJson) {
    throw alyxError("NO_TERMINAL", {
      message: `There is no terminal to ask: ${what}?`,
      next: `If that is meant: ${command}`,
    })
  }
  const { confirm } = await import("./confirm.ts")
  return confirm({ message: `${what}?`, declined: "Nothing was changed." })
}
