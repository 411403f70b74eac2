import { expect, it, onTestFinished, vi } from "vitest"

import { CompiledModules } from "../../../../src/daemon/functions/extism/compiled-modules.ts"
import { ExtismRuntime } from "../../../../src/daemon/functions/extism/extism-runtime.ts"
import { LiveCall } from "../../../../src/daemon/functions/extism/live-call.ts"
import { loadPlugin } from "../../../../src/daemon/functions/extism/load-plugin.ts"
import { PoolThread } from "../../../../src/daemon/functions/extism/pool-thread.ts"
import type {
  CallHandle,
  CallListener,
  CallStart,
  LoadedPlugin,
  Place,
  PlaceWish,
} from "../../../../src/daemon/functions/runtime.ts"
import type { BuiltFunction } from "../../../../src/functions/built-function.ts"
import { createLogger } from "../../../../src/lib/logger.ts"
import { asForeign } from "../../../helpers/assemblyscript-plugin.ts"
import { silentWasm } from "../../../helpers/silent-wasm.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"
import { textModule } from "../../../helpers/text-module.ts"
import { guestContext } from "../guest-context.ts"
import { buildPlugin } from "../guest-plugins.ts"

const logger = createLogger({ level: "silent", format: "json", destination: { write: () => undefined } })
const wish = { depth: 0, isFresh: false, instancesMax: 64, idleTimeoutMs: 60_000, keptIdle: 1 }
const memoryBytes = 64 * 1_048_576

/** A thread that does what no thread of ours does by itself: the source of a worker, told each message. */
function workerOf(onMessage: string): URL {
  const source = `import { parentPort } from "node:worker_threads"; parentPort.on("message", (message) => { ${onMessage} })`
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`)
}

function openRuntime(workerUrls: readonly URL[]): ExtismRuntime {
  const left = [...workerUrls]
  const runtime = new ExtismRuntime({
    get workerUrl() {
      return left.length > 1 ? left.shift()! : left[0]!
    },
    workersMax: 1,
    logger,
    headerBytesMax: () => 1_048_576,
    earlyMsMax: 500,
    onRoom: () => undefined,
  })
  onTestFinished(() => runtime.stop())
  return runtime
}

const load = (runtime: ExtismRuntime, built: BuiltFunction): Promise<LoadedPlugin> =>
  runtime.load({ name: "lost", built, entry: null, memoryBytes, env: {} })

const listener: CallListener = {
  operation: async () => ({}),
  cancelled: () => undefined,
  answered: () => undefined,
  log: () => undefined,
}

let calls = 0
const startOf = (input: unknown, withinMs: number): CallStart => ({
  id: `call ${(calls += 1)}`,
  input: new TextEncoder().encode(JSON.stringify(input)),
  context: JSON.stringify(guestContext),
  config: {},
  deadlineMs: performance.now() + withinMs,
})

function reserve(runtime: ExtismRuntime, plugin: LoadedPlugin, more: Partial<PlaceWish> = {}): Place {
  const place = runtime.reserve(plugin, { ...wish, ...more })
  if (typeof place === "string") throw new Error(`There is no place: ${place}.`)
  return place
}

const run = (runtime: ExtismRuntime, plugin: LoadedPlugin): CallHandle =>
  reserve(runtime, plugin).run(startOf({}, 30_000), listener)

it("a thread whose message cannot be read is ended, and its places are free again", async () => {
  // The depth of nesting at which this happens by itself depends on two stacks: here it is a class that Node.js has not.
  const posting = `if (message.type !== "call") return
    const object = new Blob([])
    const isOfClone = (symbol) => symbol.description === "messaging_clone_symbol"
    const clone = Object.getOwnPropertySymbols(Blob.prototype).find(isOfClone)
    object[clone] = () => ({ data: {}, deserializeInfo: "internal/blob:Gone" })
    parentPort.postMessage({ type: "ended", call: message.call, outcome: object, isReusable: true, memoryBytes: 0 })`
  const runtime = openRuntime([workerOf(posting)])
  const plugin = await load(runtime, asForeign(silentWasm()))

  expect(await run(runtime, plugin).outcome).toEqual({ type: "restarted" })

  expect(runtime.stats()).toEqual({ workers: 0, instances: 0 })
})

it("a call that was told to end is cancelled, whatever ends its thread then", async () => {
  const runtime = openRuntime([workerOf(`if (message.type === "end") process.exit()`)])
  const plugin = await load(runtime, asForeign(silentWasm()))

  const call = run(runtime, plugin)
  call.cancel()

  expect(await call.outcome).toEqual({ type: "cancelled" })
})

it("a thread that says nothing of the end of a call, though nothing keeps it, is given up", async () => {
  const loaded = await loadPlugin({
    name: "lost",
    built: asForeign(silentWasm()),
    entry: null,
    memoryBytes,
    same: undefined,
    modules: new CompiledModules(),
  })
  const plugin = { ...loaded, env: {}, isRetired: false, idle: { timeoutMs: 0, kept: 0 } }
  const workerUrl = workerOf("")
  const thread = new PoolThread({
    kind: "shared",
    workerUrl,
    logger,
    onMessage: () => undefined,
    onExit: () => undefined,
  })
  onTestFinished(() => thread.end())
  const stuck = Promise.withResolvers<LiveCall>()
  const call = new LiveCall({
    nextNumber: () => 1,
    instance: { id: 1, plugin, thread, idleSinceMs: null, callNumber: 0, isInTurn: true, memoryBytes: 0 },
    wish,
    start: startOf({}, 10),
    listener,
    logger,
    headerBytesMax: 1_048_576,
    onStuck: stuck.resolve,
    owedMsMax: 1_000,
  })

  call.begin()

  expect(await call.outcome).toEqual({ type: "timed_out" })
  expect(await stuck.promise).toBe(call)
})

const functionWorker = new URL("../../../../src/daemon/functions/extism/function-worker.ts", import.meta.url)

const loops = `import { defineFunction } from "@alyx/functions"
  const kept: unknown[] = []
  export default defineFunction({ handler: (input: any) => { while (input.loop) kept.length = 0; return "done" } })`

it("calls whose instances are still being made are moved where a later call keeps their thread", async () => {
  const runtime = openRuntime([functionWorker])
  const plugin = await load(runtime, await buildPlugin(await tempFolder(), loops))
  expect(await run(runtime, plugin).outcome).toMatchObject({ type: "returned" })
  const fresh = Array.from({ length: 4 }, () => reserve(runtime, plugin, { isFresh: true }))
  const warm = await vi.waitFor(() => reserve(runtime, plugin))

  const made = fresh.map((place) => place.run(startOf({}, 60_000), listener).outcome)
  const loop = warm.run(startOf({ loop: true }, 25_000), listener).outcome
  const first = await Promise.race([Promise.all(made), loop])

  expect(first).toMatchObject(fresh.map(() => ({ type: "returned" })))
})

it("a call that waits and cannot be moved, since no thread starts, is told to try again", async () => {
  const runtime = openRuntime([functionWorker, new URL("https://nowhere.example/worker.js")])
  const plugin = await load(runtime, await buildPlugin(await tempFolder(), loops))
  expect(await run(runtime, plugin).outcome).toMatchObject({ type: "returned" })

  const first = reserve(runtime, plugin)
  // A thread that the machine keeps waiting looks as if the last call still ran.
  const second = await vi.waitFor(() => reserve(runtime, plugin))
  first.run(startOf({ loop: true }, 25_000), listener)
  const behind = second.run(startOf({}, 60_000), listener)

  expect(await behind.outcome).toEqual({ type: "restarted" })
})

it("an instance of another tool's plug-in that never begins keeps its thread until its time is over", async () => {
  const runtime = openRuntime([functionWorker])
  const endless = `(module
    (func (export "_initialize") (loop (br 0)))
    (func (export "handler")))`
  const plugin = await load(runtime, asForeign(textModule(endless)))

  runtime.warm(plugin, 1, wish)
  expect(runtime.stats()).toEqual({ workers: 1, instances: 1 })

  await vi.waitFor(() => expect(runtime.stats()).toEqual({ workers: 0, instances: 0 }), { timeout: 20_000 })
})
