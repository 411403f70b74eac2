import { cancel, isCancel, password as ask } from "@clack/prompts"

import { alyxError } from "../../errors.ts"
import type { Terminal } from "../terminal.ts"

/** What a secret may have at most; what is longer is a file that was meant for somebody else. */
const stdinBytesMax = 64 * 1024

/** Where a secret comes from. */
export interface SecretQuestion {
  readonly name: string
  /** True where --stdin was given. */
  readonly fromStdin: boolean
  readonly stdin: AsyncIterable<Buffer | string>
}

/**
 * Takes a secret from stdin, without the end of its last line, or asks for it at the terminal, where it is not shown; undefined
 * when the person gave up. It is never an argument: those are seen by every process of the machine, and kept by shells.
 */
export async function readSecret(
  { name, fromStdin, stdin }: SecretQuestion,
  { interactive, isJson }: Pick<Terminal, "interactive"> & { readonly isJson: boolean },
): Promise<string | undefined> {
  if (fromStdin) return readStdin(stdin)
  if (!interactive || isJson) {
    throw alyxError("NO_TERMINAL", {
      message: "There is no terminal to ask for the value.",
      next: `Give it on stdin, alyx secrets set ${name} --stdin < value.txt, or with --from-file <file>.`,
    })
  }
  const value = await ask({
    message: `Value of ${name}`,
    validate: (text) => (text ? undefined : "It must not be empty."),
  })
  if (!isCancel(value)) return value
  cancel("Nothing was changed.")
  return undefined
}

async function readStdin(stdin: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk))
    bytes += chunk.length
    if (bytes > stdinBytesMax) {
      throw alyxError("USAGE", {
        message: `More than ${stdinBytesMax} bytes came on stdin; a secret has at most that many.`,
      })
    }
  }
  const value = withoutLineEnd(Buffer.concat(chunks).toString("utf8"))
  if (value === "") throw alyxError("USAGE", { message: "No value came on stdin." })
  return value
}

/** Editors, and echo, end the last line of a file. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "")
}
