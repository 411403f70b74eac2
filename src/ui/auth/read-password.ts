import { readHidden } from "../read-hidden.ts"
import type { HiddenQuestion } from "../read-hidden.ts"
import type { Terminal } from "../terminal.ts"

/** Takes a password from stdin, or asks for it twice at the terminal; undefined when the person gave up. */
export function readPassword(
  question: Pick<HiddenQuestion, "message" | "fromStdin" | "stdin">,
  terminal: Pick<Terminal, "interactive"> & { readonly isJson: boolean },
): Promise<string | undefined> {
  const password = {
    ...question,
    noun: "password",
    asksTwice: true,
    bytesMax: 8_192,
    next: "Give it on stdin: alyx … --password-stdin < password.txt",
  }
  return readHidden(password, terminal)
}
