import { inputText, readInput, setOutput } from "../host.ts"
import { bufferOf } from "../web/bytes-of.ts"
import { type KitBytes, readKitBytes } from "./kit-bytes.ts"
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

  /** Functions of a host that is programmed for this plug-in: those are linked by the tool that builds it. */
  getFunctions(): never {
    throw new TypeError(
      "Host.getFunctions: this compiler links no host functions of your own. Use ctx, fetch or Http, or have the function built by extism-js (`build.command` in its manifest).",
    )
  },
} as const
