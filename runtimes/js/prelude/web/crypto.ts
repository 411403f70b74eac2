import { fillRandom, requireCall } from "../host.ts"
import { bytesOf } from "./bytes-of.ts"
import { nameClass } from "./define-global.ts"
import { DOMException } from "./dom-exception.ts"
import { SubtleCrypto } from "./subtle.ts"

/** Bytes of one `getRandomValues`, as the standard says. */
const randomBytesMax = 65_536

/** The standard's Crypto. */
export class Crypto {
  readonly #subtle = new SubtleCrypto()

  get subtle(): SubtleCrypto {
    return this.#subtle
  }

  getRandomValues<T extends ArrayBufferView>(array: T): T {
    requireCall("crypto.getRandomValues")
    if (!ArrayBuffer.isView(array)) throw new TypeError("getRandomValues takes a typed array of integers.")
    const isFraction = array instanceof Float32Array || array instanceof Float64Array || array instanceof Float16Array
    if (isFraction || array instanceof DataView)
      throw new DOMException("getRandomValues takes a typed array of integers.", "TypeMismatchError")
    if (array.byteLength > randomBytesMax)
      throw new DOMException(`getRandomValues fills at most ${randomBytesMax} bytes at a time.`, "QuotaExceededError")
    fillRandom(bytesOf(array))
    return array
  }

  randomUUID(): string {
    requireCall("crypto.randomUUID")
    const bytes = new Uint8Array(16)
    fillRandom(bytes)
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
    const hex = bytes.toHex()
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }
}

nameClass(Crypto, "Crypto")
