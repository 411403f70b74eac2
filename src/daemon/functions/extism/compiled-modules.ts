import { createHash } from "node:crypto"

import { freeBytes } from "../../../lib/free-bytes.ts"

/** Modules that are kept: there is one for each engine, memory limit and list of exports that functions have. */
const keptMax = 16

/**
 * Compiles each module once, also for those who ask at the same time. V8 knows equal bytes too, yet only after it has
 * validated them, which takes milliseconds.
 */
export class CompiledModules {
  readonly #byHash = new Map<string, Promise<WebAssembly.Module>>()

  /** The bytes are freed. */
  compile(wasm: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
    const hash = createHash("sha256").update(wasm).digest("base64")
    // V8 makes a copy for itself before it answers.
    const compiling = this.#byHash.get(hash) ?? WebAssembly.compile(wasm)
    freeBytes(wasm)
    // Those used last are at the end.
    this.#byHash.delete(hash)
    this.#byHash.set(hash, compiling)
    compiling.catch(() => this.#byHash.delete(hash))
    const [oldest] = this.#byHash.keys()
    if (this.#byHash.size > keptMax) this.#byHash.delete(oldest!)
    return compiling
  }
}
