import { inputText, readInput, setOutput } from "../host.ts"
import { bufferOf } from "../web/bytes-of.ts"
import { type KitBytes, readKitBytes } from "./kit-bytes.ts"
import { type HostCall, hostFunctions } from "./host-functions.ts"
import { domString } from "../web/web-idl.ts"

/** Input and output of a call, in the words of Extism's kit. */
export const Host = {
  inputBytes: (): ArrayBuffer => bufferOf(readInput()),
  inputString: (): string => inputText(),

  outputBytes(output: KitBytes): boolean {
    setOutput(readKitBytes(output))
    return true
  },

  outputString(output: string): boolean {
    setOutput(readKitBytes(domString(output)))
    return true
  },

  arrayBufferToBase64: (bytes: KitBytes): string => readKitBytes(bytes).toBase64(),
  base64ToArrayBuffer: (text: string): ArrayBuffer => bufferOf(Uint8Array.fromBase64(domString(text))),

  /** Functions of a host that is programmed for this plug-in, as the interface file declares them. */
  getFunctions: (): Readonly<Record<string, HostCall>> => hostFunctions(),
} as const
