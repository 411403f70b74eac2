import { alyxError } from "../errors.ts"

/** Passes on an answer, and fails when it is cut off in the middle: nobody shall take a part of a dump for all of it. */
export async function* requireWhole(answer: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* answer
  } catch (error) {
    throw alyxError("DAEMON_UNREACHABLE", {
      message: "The answer of the daemon ended in the middle, so what was written is not whole.",
      next: "The log says why: alyx logs",
      cause: error,
    })
  }
}
