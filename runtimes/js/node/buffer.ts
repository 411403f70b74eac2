// @ts-expect-error -- A module of a package without types.
import * as userland from "@jspm/core/nodelibs/buffer"

import { addBase64Url } from "./buffer-base64url.ts"

interface BufferModule {
  readonly Buffer: { readonly prototype: object }
  readonly SlowBuffer: unknown
  readonly INSPECT_MAX_BYTES: number
  readonly kMaxLength: number
}

const own = userland as unknown as BufferModule
const globals = globalThis as unknown as Record<string, unknown>

addBase64Url(own.Buffer)

/** That of the prelude where there is one, so that every part of a bundle has the same class. */
export const Buffer = globals["Buffer"] ?? own.Buffer
export const SlowBuffer = own.SlowBuffer
export const INSPECT_MAX_BYTES = own.INSPECT_MAX_BYTES
export const kMaxLength = own.kMaxLength
export const constants = { MAX_LENGTH: own.kMaxLength, MAX_STRING_LENGTH: 0x1fffffe8 }
export const Blob = globals["Blob"]
export const File = globals["File"]
export const atob = globals["atob"]
export const btoa = globals["btoa"]

export default { Buffer, SlowBuffer, INSPECT_MAX_BYTES, kMaxLength, constants, Blob, File, atob, btoa }
