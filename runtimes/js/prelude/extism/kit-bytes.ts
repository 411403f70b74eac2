import { encodeUtf8 } from "../host.ts"
import { type BytesLike, bytesOf, isBytesLike } from "../web/bytes-of.ts"
import { domString } from "../web/web-idl.ts"

/** What the kit takes as bytes. */
export type KitBytes = BytesLike

/** Bytes of what was given, a string's as UTF-8. */
export function readKitBytes(value: string | KitBytes): Uint8Array {
  return isBytesLike(value) ? bytesOf(value) : encodeUtf8(domString(value))
}
