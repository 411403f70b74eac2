import type { Metafile } from "esbuild"

import { sdkModule } from "./virtual-modules.ts"

/**
 * Whether a bundle mentions what only the engine with the event loop has: timers, fetch, `ctx`, the SDK, WebCrypto. A name
 * that merely looks like one of them costs nothing but that the plug-in runs in our host alone; `abi: extism` decides.
 */
export function needsEventLoop(bundle: string, metafile: Metafile): boolean {
  if (Object.keys(metafile.inputs).includes(sdkModule)) return true
  return freeName.test(bundle)
}

const names = [
  "setTimeout",
  "setInterval",
  "setImmediate",
  "fetch",
  "ctx",
  "crypto",
  "Request",
  "Response",
  "AbortSignal",
]

/** The name by itself or of a global object; not a member of something else, and not a key. */
const freeName = new RegExp(
  String.raw`(?:(?<![\w$.])|\b(?:globalThis|self|window)\s*\.\s*)(?:${names.join("|")})\b(?!\s*:)`,
)
