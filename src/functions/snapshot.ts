import { readFile } from "node:fs/promises"
import path from "node:path"

import { packageRoot } from "../lib/package-root.ts"
import type { FunctionStyle, JsonSchema, PluginDescription } from "./built-function.ts"
import { compileFlags, compileScript, takeException } from "./compile-script.ts"
import type { EngineInstance } from "./engine-instance.ts"
import { eraseBytes, startEngine, takeState, writeBytes } from "./engine-instance.ts"
import type { GuestFailure } from "./guest-abi.ts"
import { linkInterface } from "./link-interface.ts"
import type { PluginInterface } from "./plugin-interface.ts"
import { resumeName } from "./known-imports.ts"
import { withState } from "./memory-image.ts"
import type { WasmSection } from "./wasm-sections.ts"
import { makeCustomSection, readSections, writeSections } from "./wasm-sections.ts"

/** What is to become a plug-in. */
export interface SnapshotRequest {
  readonly engine: "alyx" | "extism"
  /** A classic script that sets `globalThis.__alyx_module`. */
  readonly bundle: string
  /** As it stands in stack traces of the bundle. */
  readonly fileName: string
  /** Version 3; kept in the plug-in. */
  readonly sourceMap: string | null
  /** False: the bundle is kept as source, and evaluated at the first call of every instance. */
  readonly snapshot: boolean
  /** What an interface file declares; the bundle says it in its first line. */
  readonly declared?: PluginInterface | null
  /** How long evaluating may take; then it is interrupted. */
  readonly deadlineMs?: number
}

export interface Snapshot {
  readonly wasm: Uint8Array<ArrayBuffer>
  readonly description: PluginDescription
  /** What the code logged while it was evaluated. */
  readonly logLines: readonly { readonly level: string; readonly text: string }[]
}

/** What evaluating the bundle threw; `failure.stack` has the places in the bundle. */
export class EvaluationError extends Error {
  readonly failure: GuestFailure

  constructor(failure: GuestFailure) {
    super(failure.message)
    this.name = "EvaluationError"
    this.failure = failure
  }
}

const deadlineMsDefault = 5_000

/** Of runtimes/js/prelude/build-time.ts: the code is evaluated only to find what it exports, and again in calls. */
const buildModeDescribing = 2

/** What evaluating may take: it becomes a part of every instance. */
const memoryBytesMax = 128 * 1024 * 1024
const noMemoryLimit = -1

/** The most functions that one plug-in exports: so many entries the engine has to spare. */
export const exportsMax = 64

/**
 * Evaluates a bundle and writes what the engine has become as an Extism plug-in. Equal requests give equal bytes. Throws an
 * EvaluationError for what the bundle threw.
 */
export async function makeSnapshot(request: SnapshotRequest): Promise<Snapshot> {
  const engine = await loadEngine(request.engine)
  const bytecode = compile(engine.module, request)
  const instance = startEngine(engine.module)
  if (!request.snapshot) instance.exports.alyx_building.value = buildModeDescribing
  const described = evaluate(instance, bytecode, request.deadlineMs ?? deadlineMsDefault)
  const description: PluginDescription = { abi: 1, engine: request.engine, ...described }
  const kept = request.snapshot ? instance : keepBytecode(engine.module, bytecode, description.exports)
  kept.exports.alyx_building.value = 0
  const isResumed = request.engine === "alyx" && resumeName in kept.exports && !suspends.test(request.bundle)
  const exports = new Map([
    ...keptExports,
    ...(isResumed ? [[resumeName, resumeName]] : []),
    ...description.exports.map((name, index) => [name, `alyx_entry_${index}`]),
  ] as [string, string][])
  const sections = linkInterface(withState(engine.sections, takeState(kept), exports), {
    engine: engine.sections,
    declared: request.declared ?? null,
  })
  const encoder = new TextEncoder()
  const wasm = writeSections([
    ...sections,
    makeCustomSection("alyx", encoder.encode(JSON.stringify(description))),
    ...(request.sourceMap === null ? [] : [makeCustomSection("alyx.map", encoder.encode(request.sourceMap))]),
  ])
  return { wasm, description, logLines: instance.host.logLines }
}

/** A bundle that mentions Extism's Http may wait in the midst of its code: its calls cannot return where they wait. */
const suspends = /\bHttp\b/

/** What a plug-in exports besides its functions: WASI wants the memory, and our host the others. */
const keptExports: readonly [string, string][] = ["memory", "alyx_deadline", "alyx_set_memory_limit"].map((name) => [
  name,
  name,
])

/** With the source of functions, which some packages look at. */
function compile(module: WebAssembly.Module, { bundle, fileName }: SnapshotRequest): Uint8Array {
  const script = { source: bundle, fileName, flags: compileFlags.none }
  const compiled = trapping(() => compileScript(module, script))
  if (!compiled.ok) throw new EvaluationError(compiled.error)
  return compiled.bytecode
}

interface Described {
  readonly style: FunctionStyle
  readonly input: JsonSchema | null
  readonly output: JsonSchema | null
  readonly exports: readonly string[]
}

function evaluate(instance: EngineInstance, bytecode: Uint8Array, deadlineMs: number): Described {
  const { exports, host } = instance
  const at = writeBytes(instance, bytecode)
  exports.alyx_deadline.value = process.hrtime.bigint() + BigInt(deadlineMs) * 1_000_000n
  exports.alyx_set_memory_limit(memoryBytesMax)
  const status = trapping(() => exports.alyx_evaluate(at, bytecode.length))
  exports.alyx_set_memory_limit(noMemoryLimit)
  exports.alyx_deadline.value = 0n
  eraseBytes(instance, at, bytecode.length)
  const output = host.takeOutput()
  if (status !== 0 || output === null) throw new EvaluationError(takeException(instance))
  return requireDescribed(JSON.parse(output) as Evaluation)
}

/** This thread's stack may be smaller than what the engine counts on. */
function trapping<Result>(run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof WebAssembly.RuntimeError)) throw error
    const { name, message } = error
    throw new EvaluationError({ name, code: null, message, status: null })
  }
}

/** As runtimes/js/prelude/loaded-module.ts writes it. */
type Evaluation =
  | { readonly ok: true; readonly description: Described }
  | { readonly ok: false; readonly error: GuestFailure }

function requireDescribed(evaluation: Evaluation): Described {
  if (!evaluation.ok) throw new EvaluationError(evaluation.error)
  const { style, input, output, exports } = evaluation.description
  const wrong = exports.find((name) => name === resumeName || keptExports.some(([kept]) => kept === name))
  const message =
    exports.length > exportsMax
      ? `A plug-in exports at most ${exportsMax} functions; this one exports ${exports.length}.`
      : wrong === undefined
        ? null
        : `A function cannot be exported as "${wrong}": the plug-in itself has an export of that name.`
  if (message !== null) throw new EvaluationError({ name: "Error", code: null, message, status: null })
  return { style, input, output, exports }
}

/** An engine that holds the bytecode, to be evaluated later. */
function keepBytecode(module: WebAssembly.Module, bytecode: Uint8Array, names: readonly string[]): EngineInstance {
  const instance = startEngine(module)
  const { exports } = instance
  exports.alyx_bytecode.value = writeBytes(instance, bytecode)
  exports.alyx_bytecode_length.value = bytecode.length
  const list = new TextEncoder().encode(JSON.stringify(names))
  const listAt = writeBytes(instance, list)
  exports.alyx_expect(listAt, list.length)
  eraseBytes(instance, listAt, list.length)
  return instance
}

interface Engine {
  readonly module: WebAssembly.Module
  readonly sections: readonly WasmSection[]
}

/** Engines that this thread has compiled; there are two. */
const engines = new Map<string, Promise<Engine>>()

function loadEngine(name: "alyx" | "extism"): Promise<Engine> {
  const known = engines.get(name)
  if (known !== undefined) return known
  const loading = readEngine(enginePath(name))
  engines.set(name, loading)
  loading.catch(() => engines.delete(name))
  return loading
}

async function readEngine(file: string): Promise<Engine> {
  const wasm = await readFile(file).catch((cause: unknown) => {
    throw new Error(`The engine of functions is missing (${file}): build Alyx with \`npm run build\`.`, { cause })
  })
  return { module: await WebAssembly.compile(wasm), sections: readSections(wasm) }
}

/** Where the build puts the engines. */
export function enginePath(name: "alyx" | "extism"): string {
  return path.join(packageRoot(), "dist", "runtimes", "js", `engine-${name}.wasm`)
}
