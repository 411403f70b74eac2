import { compileFlags, compileScript, takeException, writeText } from "../../src/functions/compile-script.ts"
import type { EngineInstance } from "../../src/functions/engine-instance.ts"
import { eraseBytes, startEngine, takeState, writeBytes } from "../../src/functions/engine-instance.ts"
import { withState } from "../../src/functions/memory-image.ts"
import { readExports, readSections, sectionIds, writeSections } from "../../src/functions/wasm-sections.ts"

/** The natives in the order of their numbers in runtimes/js/engine/glue.as; declared in runtimes/js/prelude/natives.ts. */
const nativeNames = [
  "encodeUtf8",
  "decodeUtf8",
  "fillRandom",
  "monotonicMs",
  "buildMode",
  "setStep",
  "input",
  "output",
  "error",
  "alloc",
  "load",
  "length",
  "free",
  "configGet",
  "varGet",
  "varSet",
  "httpRequest",
  "httpStatus",
  "httpHeaders",
  "log",
  "evaluateDeferred",
  "alyxContext",
  "alyxSubmit",
  "alyxCall",
  "alyxLog",
  "callHost",
  "exportValues",
  "setExportValues",
  "inputText",
  "outputText",
  "answerText",
  "answerBytes",
]

/** What an engine exports that nobody needs once the prelude is in it. */
const bootExports = /^(_initialize|alyx_boot|qjs_(?!run_gc|compile|get_exception|get_prop_string|get_string_len).*)$/

interface BootExports {
  _initialize(): void
  alyx_boot(): number
  qjs_get_context_ptr(): number
  qjs_get_global(): number
  qjs_new_object(): number
  qjs_new_host_function(name: number, length: number, arity: number): number
  qjs_set_prop_string(object: number, name: number, value: number): number
  qjs_eval(source: number, length: number, file: number, flags: number): number
  qjs_eval_bytecode(bytecode: number, length: number): number
  qjs_is_exception(value: number): number
  readonly alyx_random: WebAssembly.Global<"i32">
}

/** Evaluates the prelude in an engine, and returns the engine that begins with it. */
export async function snapshotPrelude(wasm: Uint8Array<ArrayBuffer>, prelude: string): Promise<Uint8Array> {
  const module = await WebAssembly.compile(wasm)
  const script = { source: prelude, fileName: "alyx:prelude", flags: compileFlags.stripSource }
  const compiled = compileScript(module, script, boot)
  if (!compiled.ok) throw new Error(`The prelude does not compile: ${compiled.error.message}\n${compiled.error.stack}`)

  const instance = startEngine(module)
  boot(instance)
  const engine = bootExportsOf(instance)
  engine.alyx_random.value = findRandomState(instance)
  defineNatives(instance)
  runBytecode(instance, compiled.bytecode)

  const sections = readSections(wasm)
  const kept = readExports(sections).flatMap(({ name }) => (bootExports.test(name) ? [] : [[name, name] as const]))
  const made = withState(sections, takeState(instance), new Map(kept))
  return writeSections(made.filter((section) => section.id !== sectionIds.custom))
}

function bootExportsOf(instance: EngineInstance): BootExports {
  return instance.exports as unknown as BootExports
}

function boot(instance: EngineInstance): void {
  const engine = bootExportsOf(instance)
  engine._initialize()
  if (engine.alyx_boot() !== 0) throw new Error("The engine does not start.")
}

function runBytecode(instance: EngineInstance, bytecode: Uint8Array): void {
  const engine = bootExportsOf(instance)
  const at = writeBytes(instance, bytecode)
  requireDone(instance, engine.qjs_eval_bytecode(at, bytecode.length))
  eraseBytes(instance, at, bytecode.length)
}

function requireDone(instance: EngineInstance, result: number): void {
  if (bootExportsOf(instance).qjs_is_exception(result) === 0) return
  const { name, message, stack } = takeException(instance)
  throw new Error(`The prelude throws ${name}: ${message}\n${stack}`)
}

function defineNatives(instance: EngineInstance): void {
  const engine = bootExportsOf(instance)
  const natives = engine.qjs_new_object()
  nativeNames.forEach((name, index) => {
    const full = `${name}#${String(index).padStart(2, "0")}`
    const named = engine.qjs_new_host_function(writeText(instance, full), full.length, 0)
    set(instance, natives, name, named)
  })
  set(instance, engine.qjs_get_global(), "__alyx_natives", natives)
}

/** A few small strings are left in the engine: it is made once. */
function set(instance: EngineInstance, object: number, name: string, value: number): void {
  if (bootExportsOf(instance).qjs_set_prop_string(object, writeText(instance, name), value) < 0)
    throw new Error(`The engine does not take ${name}.`)
}

/** Far more than the part of the engine's context that holds the state. */
const contextBytes = 4_096

/**
 * Math.random's state lies somewhere in the engine's context, and would be equal in all instances of a snapshot: it is the
 * one word that a call of Math.random changes as its generator (xorshift64*) says.
 */
function findRandomState(instance: EngineInstance): number {
  const engine = bootExportsOf(instance)
  const context = engine.qjs_get_context_ptr()
  const look = (): BigUint64Array =>
    new BigUint64Array(instance.exports.memory.buffer.slice(context, context + contextBytes))
  const before = look()
  const source = "Math.random()"
  requireDone(instance, engine.qjs_eval(writeText(instance, source), source.length, writeText(instance, "random"), 0))
  const after = look()
  const changed = [...before.keys()].filter((word) => before[word] !== 0n && after[word] === nextState(before[word]!))
  if (changed.length !== 1) throw new Error("The engine keeps the state of Math.random elsewhere.")
  return context + changed[0]! * 8
}

function nextState(state: bigint): bigint {
  let next = state ^ (state >> 12n)
  next = BigInt.asUintN(64, next ^ (next << 25n))
  return next ^ (next >> 27n)
}
