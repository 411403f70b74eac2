import { cancel, isCancel, password as ask } from "@clack/prompts"

import { alyxError } from "../../errors.ts"
import type { Terminal } from "../terminal.ts"

/** More than any password may have; what is longer is a file that was meant for somebody else. */
const stdinBytesMax = 8_192

/** How a password comes. */
export interface PasswordQuestion {
  /** "Password of ada@example.com". */
  readonly message: string
  /** True where --password-stdin was given. */
  readonly fromStdin: boolean
  readonly stdin: AsyncIterable<Buffer | string>
}

/**
 * Takes a password from stdin, without the end of its line, or asks for it twice at the terminal; undefined when the
 * person gave up. It is never an argument: those are seen by every process of the machine.
 */
export async function readPassword(
  { message, fromStdin, stdin }: PasswordQuestion,
  { interactive, isJson }: Pick<Terminal, "interactive"> & { readonly isJson: boolean },
): Promise<string | undefined> {
  if (fromStdin) return readLine(stdin)
  if (!interactive || isJson) {
    throw alyxError("NO_TERMINAL", {
      message: "There is no terminal to ask for the password.",
      next: "Give it on stdin: alyx … --password-stdin < password.txt",
    })
  }
  const first = await ask({ message, validate: (value) => (value ? undefined : "It must not be empty.") })
  if (isCancel(first)) return giveUp()
  const again = await ask({
    message: "The same again",
    validate: (value) => (value === first ? undefined : "That is another one."),
  })
  return isCancel(again) ? giveUp() : first
}

async function readLine(stdin: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk))
    bytes += chunk.length
    if (bytes > stdinBytesMax) {
      throw alyxError("USAGE", { message: `More than ${stdinBytesMax} bytes came on stdin, which is no password.` })
    }
  }
  const password = Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "")
  if (password === "") throw alyxError("USAGE", { message: "No password came on stdin." })
  return password
}

function giveUp(): undefined {
  cancel("Nothing was changed.")
  return undefined
}
