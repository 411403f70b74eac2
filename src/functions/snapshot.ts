import { readFile } from "node:fs/promises"
import path from "node:path"

import { packageRoot } from "../lib/package-root.ts"
import type { FunctionStyle, JsonSchema, PluginDescription } from "./built-function.ts"
import type { EngineInstance } from "./engine-instance.ts"
import { startEngine, takeState, writeBytes } from "./engine-instance.ts"
import type { GuestFailure } from "./guest-abi.ts"
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

/** The most functions that one plug-in exports: so many entries the engine has to spare. */
export const exportsMax = 64

/**
 * Evaluates a bundle and writes what the engine has become as an Extism plug-in. Equal requests give equal bytes. Throws an
 * EvaluationError for what the bundle threw.
 */
export async function makeSnapshot(request: SnapshotRequest): Promise<Snapshot> {
  const engine = await loadEngine(request.engine)
  const instance = startEngine(engine.module)
  const description = { abi: 1, engine: request.engine, ...evaluate(instance, request) } as const
  const kept = request.snapshot ? instance : keepSource(engine.module, request, description.exports)
  kept.exports.alyx_building.value = 0
  const exports = new Map([...keptExports, ...description.exports.map((name, index) => [name, `alyx_entry_${index}`])] as [
    string,
    string,
  ][])
  const sections = withState(engine.sections, takeState(kept), exports)
  const encoder = new TextEncoder()
  const wasm = writeSections([
    ...sections,
    makeCustomSection("alyx", encoder.encode(JSON.stringify(description))),
    ...(request.sourceMap === null ? [] : [makeCustomSection("alyx.map", encoder.encode(request.sourceMap))]),
  ])
  return { wasm, description, logLines: instance.host.logLines }
}

/** What a plug-in exports besides its functions: WASI wants the memory, and our host the others. */
const keptExports: readonly [string, string][] = ["memory", "alyx_deadline", "alyx_set_memory_limit"].map((name) => [
  name,
  name,
])

interface Described {
  readonly style: FunctionStyle
  readonly input: JsonSchema | null
  readonly output: JsonSchema | null
  readonly exports: readonly string[]
}

function evaluate(instance: EngineInstance, request: SnapshotRequest): Described {
  const { exports, host } = instance
  const source = new TextEncoder().encode(request.bundle)
  const sourceAt = writeBytes(instance, source)
  const fileAt = writeBytes(instance, new TextEncoder().encode(request.fileName))
  exports.alyx_deadline.value = process.hrtime.bigint() + BigInt(request.deadlineMs ?? deadlineMsDefault) * 1_000_000n
  const status = exports.alyx_evaluate(sourceAt, source.length, fileAt)
  exports.alyx_deadline.value = 0n
  exports.wasm_free(sourceAt)
  exports.wasm_free(fileAt)
  const output = host.takeOutput()
  if (status !== 0 || output === null) {
    throw new EvaluationError({
      name: "InternalError",
      code: null,
      message: "The function took all the memory of the engine while it was evaluated.",
      status: null,
    })
  }
  return requireDescribed(JSON.parse(output) as Evaluation)
}

/** As runtimes/js/prelude/main.ts writes it. */
type Evaluation =
  | { readonly ok: true; readonly description: Described }
  | { readonly ok: false; readonly error: GuestFailure }

function requireDescribed(evaluation: Evaluation): Described {
  if (!evaluation.ok) throw new EvaluationError(evaluation.error)
  const { style, input, output, exports } = evaluation.description
  const wrong = exports.find((name) => keptExports.some(([kept]) => kept === name))
  const message =
    exports.length > exportsMax
      ? `A plug-in exports at most ${exportsMax} functions; this one exports ${exports.length}.`
      : wrong === undefined
        ? null
        : `A function cannot be exported as "${wrong}": the plug-in itself has an export of that name.`
  if (message !== null) throw new EvaluationError({ name: "Error", code: null, message, status: null })
  return { style, input, output, exports }
}

/** An engine that holds the source, to be evaluated later. */
function keepSource(module: WebAssembly.Module, request: SnapshotRequest, names: readonly string[]): EngineInstance {
  const instance = startEngine(module)
  const { exports } = instance
  const encoder = new TextEncoder()
  const source = encoder.encode(request.bundle)
  exports.alyx_source.value = writeBytes(instance, source)
  exports.alyx_source_length.value = source.length
  exports.alyx_source_file.value = writeBytes(instance, encoder.encode(request.fileName))
  const list = encoder.encode(JSON.stringify(names))
  const listAt = writeBytes(instance, list)
  exports.alyx_expect(listAt, list.length)
  exports.wasm_free(listAt)
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
  const wasm = await readFile(file)
  return { module: await WebAssembly.compile(wasm), sections: readSections(wasm) }
}

/** Where the build puts the engines. */
export function enginePath(name: "alyx" | "extism"): string {
  return path.join(packageRoot(), "dist", "runtimes", "js", `engine-${name}.wasm`)
}
