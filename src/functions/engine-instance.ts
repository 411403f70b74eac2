import type { BuildHost } from "./build-host.ts"
import { createBuildHost } from "./build-host.ts"
import type { InstanceState } from "./memory-image.ts"

/** What an engine exports before it is made a plug-in (runtimes/js/engine/glue.as). */
export interface EngineExports {
  readonly memory: WebAssembly.Memory
  readonly __stack_pointer: WebAssembly.Global<"i32">
  readonly alyx_deadline: WebAssembly.Global<"i64">
  readonly alyx_building: WebAssembly.Global<"i32">
  readonly alyx_bytecode: WebAssembly.Global<"i32">
  readonly alyx_bytecode_length: WebAssembly.Global<"i32">
  wasm_malloc(size: number): number
  wasm_free(pointer: number): void
  qjs_run_gc(): void
  /** 0 when the prelude could say what came of it. */
  alyx_evaluate(bytecode: number, length: number): number
  /** Bytes that values may take; -1 for as many as there are. */
  alyx_set_memory_limit(bytes: number): void
  alyx_expect(exports: number, length: number): number
}

/** An engine that runs in this thread, with the host of a build. */
export interface EngineInstance {
  readonly exports: EngineExports
  readonly host: BuildHost
}

/** Makes an instance of an engine. */
export function startEngine(module: WebAssembly.Module): EngineInstance {
  const host = createBuildHost()
  const instance = new WebAssembly.Instance(module, host.imports)
  const exports = instance.exports as unknown as EngineExports
  host.attach(exports.memory)
  return { exports, host }
}

/** Frees what writeBytes wrote, and leaves zeros: what is freed stands in snapshots too. */
export function eraseBytes({ exports }: EngineInstance, at: number, length: number): void {
  new Uint8Array(exports.memory.buffer, at, length).fill(0)
  exports.wasm_free(at)
}

/** Copies bytes into the engine, with a zero after them. */
export function writeBytes({ exports }: EngineInstance, bytes: Uint8Array): number {
  const pointer = exports.wasm_malloc(bytes.length + 1)
  if (pointer === 0) throw new Error("The engine has no memory for the source.")
  const memory = new Uint8Array(exports.memory.buffer)
  memory.set(bytes, pointer)
  memory[pointer + bytes.length] = 0
  return pointer
}

/**
 * The state of an engine that nobody calls any more: its memory is not copied. What its stack held is of no use to anybody,
 * and becomes zeros, as what was freed does; the stack lies below everything else and grows down from where its pointer
 * stands now.
 */
export function takeState(instance: EngineInstance): InstanceState {
  const { exports } = instance
  exports.qjs_run_gc()
  eraseFreed(instance)
  const memory = new Uint8Array(exports.memory.buffer)
  memory.fill(0, 0, exports.__stack_pointer.value)
  const globals = new Map<string, number | bigint>()
  for (const [name, value] of Object.entries(exports)) {
    if (value instanceof WebAssembly.Global) globals.set(name, value.value)
  }
  globals.set("alyx_deadline", 0n)
  return { memory, globals }
}

/** Blocks of the sizes that are looked for, the largest first: one that is not there costs a page or two of new memory. */
const freedBytes = [16_384, 1_024]

/**
 * Leaves zeros in what was freed, by taking all of it for a moment: of a large package, compiled code that ran once is nearly
 * half of what every instance would begin with.
 */
function eraseFreed({ exports }: EngineInstance): void {
  const taken: number[] = []
  for (const size of freedBytes) {
    const pages = exports.memory.buffer.byteLength
    while (exports.memory.buffer.byteLength === pages) {
      const at = exports.wasm_malloc(size)
      if (at === 0) break
      taken.push(at)
      new Uint8Array(exports.memory.buffer, at, size).fill(0)
    }
  }
  for (const at of taken) exports.wasm_free(at)
}
