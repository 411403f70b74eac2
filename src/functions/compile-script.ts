import type { EngineInstance } from "./engine-instance.ts"
import { startEngine, writeBytes } from "./engine-instance.ts"
import type { GuestFailure } from "./guest-abi.ts"

/** Flags of the engine's compiler. */
export const compileFlags = {
  none: 0,
  /** Functions have no source: `toString()` says `[native code]`. Places in stack traces stay. */
  stripSource: 16,
} as const

export type Compiled =
  | { readonly ok: true; readonly bytecode: Uint8Array }
  | { readonly ok: false; readonly error: GuestFailure }

interface CompilerExports {
  qjs_compile(source: number, length: number, file: number, evalFlags: number, flags: number, lengthAt: number): number
  qjs_get_exception(): number
  qjs_get_prop_string(object: number, name: number): number
  qjs_get_string_len(value: number, lengthAt: number): number
}

/**
 * Compiles a classic script to the engine's bytecode, in an instance that is thrown away: what the compiler leaves behind
 * in memory would otherwise be a third of a snapshot.
 */
export function compileScript(
  module: WebAssembly.Module,
  script: { readonly source: string; readonly fileName: string; readonly flags: number },
  prepare?: (instance: EngineInstance) => void,
): Compiled {
  const instance = startEngine(module)
  prepare?.(instance)
  const engine = instance.exports as unknown as CompilerExports
  const source = new TextEncoder().encode(script.source)
  const lengthAt = instance.exports.wasm_malloc(4)
  const file = writeText(instance, script.fileName)
  const at = engine.qjs_compile(writeBytes(instance, source), source.length, file, 0, script.flags, lengthAt)
  if (at === 0) return { ok: false, error: takeException(instance) }
  return { ok: true, bytecode: bytesAt(instance, at, lengthAt).slice() }
}

/** The exception that the engine holds. */
export function takeException(instance: EngineInstance): GuestFailure {
  const engine = instance.exports as unknown as CompilerExports
  const thrown = engine.qjs_get_exception()
  const text = (value: number): string => {
    const lengthAt = instance.exports.wasm_malloc(4)
    const at = engine.qjs_get_string_len(value, lengthAt)
    return at === 0 ? "" : new TextDecoder().decode(bytesAt(instance, at, lengthAt))
  }
  const property = (name: string): string => text(engine.qjs_get_prop_string(thrown, writeText(instance, name)))
  return { name: property("name"), code: null, message: property("message"), status: null, stack: property("stack") }
}

/** A text in the engine's memory, as C has it. */
export function writeText(instance: EngineInstance, text: string): number {
  return writeBytes(instance, new TextEncoder().encode(text))
}

function bytesAt({ exports }: EngineInstance, at: number, lengthAt: number): Uint8Array {
  const length = new DataView(exports.memory.buffer).getUint32(lengthAt, true)
  return new Uint8Array(exports.memory.buffer, at, length)
}
