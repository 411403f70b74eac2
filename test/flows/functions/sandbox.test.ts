import { readFileSync, readdirSync } from "node:fs"
import path from "node:path"

import { expect, test } from "vitest"

import { startDaemon, writeProject } from "../../helpers/running-daemon.ts"
import type { RunningDaemon } from "../../helpers/running-daemon.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

/** Functions that misbehave, and what their callers are told. */
const attacks: Readonly<Record<string, { handler: string; manifest?: string; status: number; code: string }>> = {
  loop: {
    handler: "handler() { for (;;); }",
    manifest: "timeout: 500ms\n",
    status: 504,
    code: "FUNCTION_TIMEOUT",
  },
  "loop-in-jobs": {
    handler: "async handler() { for (;;) await null }",
    manifest: "timeout: 500ms\n",
    status: 504,
    code: "FUNCTION_TIMEOUT",
  },
  "wait-too-long": {
    handler: "handler: () => new Promise((resolve) => setTimeout(resolve, 60_000))",
    manifest: "timeout: 500ms\n",
    status: 504,
    code: "FUNCTION_TIMEOUT",
  },
  backtrack: {
    handler: 'handler: () => /^(a+)+$/.test("a".repeat(40) + "b")',
    manifest: "timeout: 500ms\n",
    status: 504,
    code: "FUNCTION_TIMEOUT",
  },
  recurse: {
    handler: "handler() { const down = (depth: number): number => down(depth + 1) + 1; return down(0) }",
    status: 500,
    code: "FUNCTION_ERROR",
  },
  allocate: {
    handler: 'handler() { const held: string[] = []; for (;;) held.push("x".repeat(100_000) + held.length) }',
    manifest: "memory: 32mb\n",
    status: 500,
    code: "FUNCTION_OUT_OF_MEMORY",
  },
  "allocate-at-once": {
    handler: "handler: () => new Uint8Array(1024 * 1024 * 1024).length",
    manifest: "memory: 32mb\n",
    status: 500,
    code: "FUNCTION_OUT_OF_MEMORY",
  },
  log: {
    handler: 'handler(_input: unknown, ctx: any) { for (;;) ctx.log.info("x".repeat(1000)) }',
    manifest: "timeout: 500ms\n",
    status: 504,
    code: "FUNCTION_TIMEOUT",
  },
  output: {
    handler: 'handler: () => "x".repeat(32 * 1024 * 1024)',
    status: 500,
    code: "OUTPUT_TOO_LARGE",
  },
  "host-storm": {
    handler: `async handler(_input: unknown, ctx: any) {
    for (;;) await Promise.all(Array.from({ length: 50 }, () => ctx.db.notes.count()))
  }`,
    // So many calls take their time on a busy machine.
    manifest: "timeout: 90s\n",
    // The function might have caught HOST_CALLS_EXCEEDED; that it did not is its own fault, not its caller's.
    status: 500,
    code: "FUNCTION_ERROR",
  },
  "host-storm-at-once": {
    handler: "handler(_input: unknown, ctx: any) { for (;;) void ctx.db.notes.count() }",
    status: 429,
    code: "HOST_CALLS_EXCEEDED",
  },
  trap: {
    handler: "handler(): never { throw new Error('on purpose') }",
    status: 500,
    code: "FUNCTION_ERROR",
  },
}

const requestCount = 200

async function sandboxProject(): Promise<RunningDaemon> {
  const folder = await tempFolder()
  const files: Record<string, string> = {
    "schema.yaml":
      'collections:\n  notes:\n    fields:\n      text: { type: string }\n    rules:\n      read: "true"\n',
    "functions/hello.ts": defined("handler: () => ({ hello: true })"),
    "functions/look-around.ts": lookAround,
  }
  for (const [name, { handler, manifest }] of Object.entries(attacks)) {
    files[`functions/${name}.ts`] = defined(handler)
    if (manifest !== undefined) files[`functions/${name}.yaml`] = manifest
  }
  await writeProject(folder, files)
  return startDaemon({ folder })
}

function defined(handler: string): string {
  return `import { defineFunction } from "@alyx/functions"\nexport default defineFunction({\n  ${handler},\n})\n`
}

/** Tries to reach what is outside, and says what it found. */
const lookAround = `import { defineFunction } from "@alyx/functions"
const anything = globalThis as any
export default defineFunction({
  handler() {
    const outside = ["require", "module", "Deno", "Bun", "WebAssembly", "std", "os", "bjson", "Worker"]
    const reached = outside.filter((name) => typeof anything[name] !== "undefined")
    const leaked = Object.keys(anything.process?.env ?? {})
    let constructed: string
    try {
      constructed = String(new anything.Function("return typeof process === 'object' && process.mainModule")())
    } catch (error) {
      constructed = String((error as Error).name)
    }
    return { reached, leaked, constructed }
  },
})
`

test("200 API requests are answered beside every function that misbehaves, whose callers are told why", async () => {
  const { send, child, url } = await sandboxProject()
  expect((await send("POST", "/api/functions/hello", {})).body.output).toEqual({ hello: true })
  const threads = threadCount(child.pid!)

  for (const [name, { status, code }] of Object.entries(attacks)) {
    const answers = [send("POST", `/api/functions/${name}`, {}), send("POST", `/api/functions/${name}`, {})]
    for (let count = 0; count < requestCount; count += 1) {
      const read = await fetch(`${url}/api/collections/notes`)
      expect({ name, status: read.status }).toEqual({ name, status: 200 })
      await read.arrayBuffer()
    }
    for (const answer of await Promise.all(answers)) {
      // Two that must be ended at the same time may share a thread.
      const told = { name, status: answer.status, code: answer.body?.error?.code }
      expect([
        { name, status, code },
        { name, status: 503, code: "WORKER_RESTARTED" },
      ]).toContainEqual(told)
    }
    expect((await send("POST", "/api/functions/hello", {})).body.output, name).toEqual({ hello: true })
  }

  // Threads that had to be ended were replaced, and none was left behind.
  expect(threadCount(child.pid!)).toBeLessThanOrEqual(threads + 2)
}, 120_000)

test("a function finds nothing of the machine, of the daemon, or of other functions", async () => {
  const { send, folder } = await sandboxProject()

  const { body } = await send("POST", "/api/functions/look-around", {})
  expect(body.output).toEqual({ reached: [], leaked: [], constructed: expect.stringMatching(/false|undefined|Error/) })
  expect(readdirSync(path.join(folder, "functions"))).toContain("look-around.ts")
}, 60_000)

/** Linux tells; elsewhere nothing is compared. */
function threadCount(pid: number): number {
  if (process.platform !== "linux") return 0
  return Number(/Threads:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0)
}
