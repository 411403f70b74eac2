import { onTestFinished, expect, it } from "vitest"

import { CompiledModules } from "../../../../src/daemon/functions/extism/compiled-modules.ts"
import type { PooledInstance } from "../../../../src/daemon/functions/extism/instance-pool.ts"
import { LiveCall } from "../../../../src/daemon/functions/extism/live-call.ts"
import { loadPlugin } from "../../../../src/daemon/functions/extism/load-plugin.ts"
import { copyOfData } from "../../../../src/daemon/functions/extism/plugin-data.ts"
import { PoolThread } from "../../../../src/daemon/functions/extism/pool-thread.ts"
import { createLogger } from "../../../../src/lib/logger.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"
import { guestContext } from "../guest-context.ts"
import { buildPlugin } from "../guest-plugins.ts"

const logger = createLogger({ level: "silent", format: "json", destination: { write: () => undefined } })

/** Asks the host once: only a call whose thread knows it hears the answer. */
const source = `import { defineFunction } from "@alyx/functions"
  export default defineFunction({ handler: async (input: any, ctx: any) => (await fetch(ctx.url + "/x")).status })`

it("a call that was taken back from a thread may be sent to it again, and runs once", async () => {
  const memoryBytes = 64 * 1_048_576
  const built = await buildPlugin(await tempFolder(), source)
  const request = { name: "asks", built, entry: null, memoryBytes, same: undefined, modules: new CompiledModules() }
  const loaded = await loadPlugin(request)
  const plugin = { ...loaded, env: {}, isRetired: false, idle: { timeoutMs: 0, kept: 0 } }
  const calls: LiveCall[] = []
  const thread: PoolThread = new PoolThread({
    kind: "shared",
    workerUrl: new URL("../../../../src/daemon/functions/extism/function-worker.ts", import.meta.url),
    logger,
    onMessage: (message) => {
      if (message.type === "ended") calls[0]!.end(message.outcome)
      else calls[0]!.take(message)
    },
    onExit: () => undefined,
  })
  onTestFinished(() => thread.end())
  const instance: PooledInstance = {
    id: 1,
    plugin,
    thread,
    idleSinceMs: null,
    callNumber: 0,
    isInTurn: true,
    memoryBytes: 0,
  }
  const data = loaded.data === null ? null : copyOfData(loaded.data)
  thread.post({ type: "instantiate", instance: 1, plugin: { ...plugin, data }, isEager: false })
  let number = 0
  let asked = 0
  const call = new LiveCall({
    nextNumber: () => (number += 1),
    instance,
    wish: { depth: 0, isFresh: false, instancesMax: 64, idleTimeoutMs: 60_000, keptIdle: 1 },
    start: {
      id: "call",
      input: new TextEncoder().encode("{}"),
      context: JSON.stringify(guestContext),
      config: {},
      deadlineMs: performance.now() + 10_000,
    },
    listener: {
      operation: async () => {
        asked += 1
        return { value: { url: "", status: 204, statusText: "", headers: [], redirected: false } }
      },
      cancelled: () => undefined,
      answered: () => undefined,
      log: () => undefined,
    },
    logger,
    headerBytesMax: 1_048_576,
    onStuck: () => undefined,
  })
  calls.push(call)

  // The thread is not up yet: it finds both messages, one after the other.
  call.begin()
  expect(call.takeBack()).toBe(true)
  call.beginOn(instance)

  expect(await call.outcome).toMatchObject({ type: "returned" })
  expect(asked).toBe(1)
})
