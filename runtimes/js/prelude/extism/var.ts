import { decodeUtf8, extismVarGet, extismVarSet } from "../host.ts"
import { bufferOf } from "../web/bytes-of.ts"
import { type KitBytes, readKitBytes } from "./kit-bytes.ts"
import { domString } from "../web/web-idl.ts"

/** Variables that the host keeps between calls. */
export const Var = {
  /** Null or undefined removes the variable. */
  set(name: string, value: string | KitBytes | null | undefined): void {
    extismVarSet(domString(name), value === null || value === undefined ? null : readKitBytes(value))
  },

  getBytes(name: string): ArrayBuffer | null {
    const bytes = extismVarGet(domString(name))
    return bytes === null ? null : bufferOf(bytes)
  },

  getString(name: string): string | null {
    const bytes = extismVarGet(domString(name))
    return bytes === null ? null : decodeUtf8(bytes)
  },
} as const
