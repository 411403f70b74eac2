import type { CallOperation } from "../../../../src/functions/guest-abi.ts"
import { type Answer, call, engine } from "../host.ts"
import { joinBytes } from "./bytes-of.ts"
import { DOMException } from "./dom-exception.ts"
import { digestHere } from "./sha.ts"

/** Has the host compute; what it refuses is thrown as the platform's error. */
export function askCrypto(
  operation: Omit<Extract<CallOperation, { call: "crypto" }>, "call" | "lengths">,
  ...pieces: Uint8Array[]
): Answer {
  const header = {
    ...operation,
    call: "crypto",
    lengths: pieces.map((piece) => piece.length),
  } as unknown as CallOperation
  return orThrow(call(header, joinBytes(pieces)))
}

/** A digest: the host computes it, or the guest where its host knows nothing of Alyx. */
export function askDigest(algorithm: string, bytes: Uint8Array): Uint8Array {
  const own = engine === "extism" ? digestHere(algorithm, bytes) : null
  return own ?? orThrow(call({ call: "digest", algorithm }, bytes)).body
}

function orThrow(answer: Answer): Answer {
  const { failed } = (answer.value ?? {}) as { failed?: { readonly name: string; readonly message: string } }
  if (failed !== undefined) throw new DOMException(failed.message, failed.name)
  return answer
}
