import { createPlugin } from "@extism/extism"
import type { CallContext, Plugin } from "@extism/extism"
import { onTestFinished } from "vitest"

import { decodeFrame, encodeFrame, joinFrames } from "../../src/functions/frames.ts"
import type { GuestFailure, GuestLogLine, GuestOperation } from "../../src/functions/guest-abi.ts"
import { enlargeGuestStacks } from "../../src/functions/guest-stacks.ts"
import { makeSnapshot } from "../../src/functions/snapshot.ts"
import type { Snapshot, SnapshotRequest } from "../../src/functions/snapshot.ts"
import { PluginMemory } from "./plugin-memory.ts"

const codec = {
  encode: (text: string): Uint8Array => new TextEncoder().encode(text),
  decode: (bytes: Uint8Array): string => new TextDecoder().decode(bytes),
}

/** Evaluates a script that sets `handler`, which takes the input and returns the output. */
export function snapshotOf(script: string, more: Partial<SnapshotRequest> = {}): Promise<Snapshot> {
  return makeSnapshot({
    engine: "alyx",
    bundle: `(() => { let handler; ${script}\n; globalThis.__alyx_module = { default: __alyx_sdk.defineFunction({ handler }) } })()`,
    fileName: "script.js",
    sourceMap: null,
    snapshot: true,
    ...more,
  })
}

/** A plug-in in the unmodified Extism host, which knows nothing of Alyx. */
export async function startPlain(wasm: Uint8Array<ArrayBuffer>): Promise<Plugin> {
  const module = await WebAssembly.compile(wasm)
  const plugin = await createPlugin({ wasm: [{ module }] }, { useWasi: true })
  onTestFinished(() => plugin.close())
  return plugin
}

/** What one call asked of its host, and told it. */
export class CallRecord {
  readonly operations: GuestOperation[] = []
  readonly bodies: string[] = []
  readonly logs: GuestLogLine[] = []
  failure: GuestFailure | null = null
  /** How often the guest waited. */
  waits = 0
  /** Frames that the next wait answers. */
  readonly ended: Uint8Array[] = []
  readonly #onWait: (call: CallRecord) => void

  constructor(onWait: (call: CallRecord) => void) {
    this.#onWait = onWait
  }

  /** Ends an operation with this value. */
  end(id: number, value: unknown, body?: string): void {
    const bytes = body === undefined ? undefined : codec.encode(body)
    this.ended.push(encodeFrame(codec, { id, ok: true, value }, bytes))
  }

  refuse(id: number, error: GuestFailure): void {
    this.ended.push(encodeFrame(codec, { id, ok: false, error }))
  }

  submit(frame: Uint8Array): void {
    const { header, body } = decodeFrame(codec, frame)
    const operation = header as GuestOperation
    if (operation.op === "fail") this.failure = operation.error
    this.operations.push(operation)
    this.bodies.push(codec.decode(body))
  }

  wait(): Uint8Array {
    this.waits += 1
    this.#onWait(this)
    if (this.ended.length === 0) throw new Error("The test ends no operation, and the guest waits.")
    return joinFrames(this.ended.splice(0))
  }
}

export interface ScriptOutcome {
  readonly output: unknown
  /** What Extism throws; null for a call that went well. */
  readonly error: string | null
  readonly call: CallRecord
}

/** An instance of a plug-in that the test is the host of. */
export class ScriptInstance {
  readonly plugin: Plugin
  readonly exports: WebAssembly.Exports

  constructor(plugin: Plugin, exports: WebAssembly.Exports) {
    this.plugin = plugin
    this.exports = exports
  }

  /** Calls the handler; `onWait` ends operations, by default every sleep at once, in the order of their ends. */
  async call(input: unknown = null, onWait: (call: CallRecord) => void = endEarliestSleep): Promise<ScriptOutcome> {
    const call = new CallRecord(onWait)
    return this.plugin.call("handler", JSON.stringify(input), call).then(
      (output) => ({ output: output === null ? undefined : output.json(), error: null, call }),
      (error: unknown) => ({ output: undefined, error: (error as Error).message, call }),
    )
  }

  /** Ends code that still runs so long from now. */
  setDeadline(ms: number): void {
    const deadline = this.exports.alyx_deadline as WebAssembly.Global<"i64">
    deadline.value = process.hrtime.bigint() + BigInt(ms) * 1_000_000n
  }
}

/** The plug-in with the functions of Alyx, of which the test plays the host's part. */
export async function startScript(wasm: Uint8Array<ArrayBuffer>): Promise<ScriptInstance> {
  enlargeGuestStacks()
  const module = await WebAssembly.compile(wasm)
  const memory = new PluginMemory()
  const functions = { "extism:host/user": { ...imports, ...memory.functions } }
  const plugin = await createPlugin({ wasm: [{ module }] }, { useWasi: true, functions })
  onTestFinished(() => plugin.close())
  return new ScriptInstance(plugin, await memory.bind(plugin))
}

/** Time that passes when nothing else is to be done: the sleep that would end first ends. */
export function endEarliestSleep(call: CallRecord): void {
  const open = call.operations.filter((operation) => operation.op === "sleep")
  const last = open.at(-1)
  if (last === undefined) throw new Error("The guest waits, and sleeps for nothing.")
  const until = performance.now() + last.ms
  while (performance.now() < until);
  call.end(last.id, null)
}

const imports = {
  alyx_context: (context: CallContext) =>
    context.store(JSON.stringify({ requestId: "request-1", collections: { posts: "id" } })),
  alyx_submit: (context: CallContext, frame: bigint) =>
    context.hostContext<CallRecord>().submit(context.read(frame)!.bytes().slice()),
  alyx_wait: async (context: CallContext) => context.store(context.hostContext<CallRecord>().wait()),
  alyx_call: (context: CallContext, frame: bigint) => {
    const { header, body } = decodeFrame(codec, context.read(frame)!.bytes())
    return context.store(encodeFrame(codec, { id: 0, ok: true, value: header }, body))
  },
  alyx_log: (context: CallContext, line: bigint) => {
    context.hostContext<CallRecord>().logs.push(context.read(line)!.json() as GuestLogLine)
  },
  alyx_timezone: () => 330,
}
