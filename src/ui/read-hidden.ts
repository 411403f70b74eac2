import { cancel, isCancel, password as ask } from "@clack/prompts"

import { alyxError } from "../errors.ts"
import type { Terminal } from "./terminal.ts"

/** What nobody may see on the screen, and where it comes from. */
export interface HiddenQuestion {
  /** What errors call it: "password". */
  readonly noun: string
  /** What the terminal asks: "Password of ada@example.com". */
  readonly message: string
  /** True asks for the same again, since nobody sees what they typed. */
  readonly asksTwice: boolean
  /** True where the person said that it comes on stdin. */
  readonly fromStdin: boolean
  readonly stdin: AsyncIterable<Buffer | string>
  /** More than it may have; what is longer is a file that was meant for somebody else. */
  readonly bytesMax: number
  /** How to give it where there is no terminal. */
  readonly next: string
}

/**
 * Takes a password or a secret from stdin, without the end of its last line, or asks for it at the terminal, where it is not
 * shown; undefined when the person gave up. It is never an argument: those are seen by every process of the machine, and kept
 * by shells.
 */
export async function readHidden(
  question: HiddenQuestion,
  { interactive, isJson }: Pick<Terminal, "interactive"> & { readonly isJson: boolean },
): Promise<string | undefined> {
  const { noun, next, fromStdin } = question
  if (fromStdin) return readStdin(question)
  if (!interactive || isJson) {
    throw alyxError("NO_TERMINAL", { message: `There is no terminal to ask for the ${noun}.`, next })
  }
  const text = await typedText(question)
  if (text === undefined) cancel("Nothing was changed.")
  return text
}

async function typedText({ message, asksTwice }: HiddenQuestion): Promise<string | undefined> {
  const first = await ask({ message, validate: (value) => (value ? undefined : "It must not be empty.") })
  if (isCancel(first)) return undefined
  if (!asksTwice) return first
  const again = await ask({
    message: "The same again",
    validate: (value) => (value === first ? undefined : "That is another one."),
  })
  return isCancel(again) ? undefined : first
}

async function readStdin({ noun, stdin, bytesMax }: HiddenQuestion): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const part of stdin) {
    const chunk = Buffer.from(part)
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > bytesMax) {
      throw alyxError("USAGE", {
        message: `More than ${bytesMax} bytes came on stdin; a ${noun} has at most that many.`,
      })
    }
  }
  const text = withoutLineEnd(Buffer.concat(chunks).toString("utf8"))
  if (text === "") throw alyxError("USAGE", { message: `No ${noun} came on stdin.` })
  return text
}

/** Editors, and echo, end the last line of a file. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "")
}
