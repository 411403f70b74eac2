import { onTestFinished, expect, it } from "vitest"

import { CompiledModules } from "../../../../src/daemon/functions/extism/compiled-modules.ts"
import { InstancePool, aheadMax } from "../../../../src/daemon/functions/extism/instance-pool.ts"
import type { PooledInstance } from "../../../../src/daemon/functions/extism/instance-pool.ts"
import { loadPlugin } from "../../../../src/daemon/functions/extism/load-plugin.ts"
import { PoolThread } from "../../../../src/daemon/functions/extism/pool-thread.ts"
import { createLogger } from "../../../../src/lib/logger.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"
import { buildPlugin } from "../guest-plugins.ts"

const logger = createLogger({ level: "silent", format: "json", destination: { write: () => undefined } })
const source = `import { defineFunction } from "@alyx/functions"
  export default defineFunction({ handler: () => 1 })`

it("calls that begin wait for instances of calls before them, and those that others wait for do not", async () => {
  const built = await buildPlugin(await tempFolder(), source)
  const request = { name: "a", built, entry: null, memoryBytes: 64 * 1_048_576, same: undefined }
  const loaded = await loadPlugin({ ...request, modules: new CompiledModules() })
  const plugin = { ...loaded, env: {}, isRetired: false, idle: { timeoutMs: 0, kept: 0 } }
  const pool = new InstancePool({
    threadsMax: () => 1,
    startThread: (kind) => {
      const workerUrl = new URL("../../../../src/daemon/functions/extism/function-worker.ts", import.meta.url)
      const thread = new PoolThread({ kind, workerUrl, logger, onMessage: () => undefined, onExit: () => undefined })
      onTestFinished(() => thread.end())
      return thread
    },
    endThread: () => undefined,
  })
  const wish = { depth: 0, isFresh: false, instancesMax: 64 }
  const take = (): ReturnType<InstancePool["take"]> => pool.take(plugin, wish, aheadMax)

  const taken = Array.from({ length: aheadMax }, take) as PooledInstance[]

  expect(new Set(taken).size).toBe(aheadMax)
  expect(take()).toBe("soon")
  expect(pool.instanceCount).toBe(aheadMax)

  pool.giveBack(taken[0]!, { isKept: true })
  expect(take()).toBe(taken[0])
  expect(take()).toBe("soon")

  pool.leaveTurn(taken[1]!)
  pool.leaveTurn(taken[1]!)
  expect(take()).toMatchObject({ plugin })
  expect(take()).toBe("soon")
  expect(pool.take(plugin, wish)).toMatchObject({ plugin })
})
