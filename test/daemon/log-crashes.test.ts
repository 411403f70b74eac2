import { spawnSync } from "node:child_process"

import { expect, it } from "vitest"

const log = new URL("../../src/lib/logger.ts", import.meta.url)
const crashes = new URL("../../src/daemon/log-crashes.ts", import.meta.url)

/** A process that logs its crashes, and does this. */
function crash(what: string): { readonly status: number | null; readonly lines: unknown[] } {
  const program = `import { createLogger } from "${log.href}"
    import { logCrashes } from "${crashes.href}"
    const stop = logCrashes(createLogger({ level: "info", format: "json", destination: process.stdout }))
    ${what}`
  const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" })
  return {
    status,
    lines: stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown),
  }
}

it.each([
  ["uncaughtException", `setTimeout(() => { throw new Error("slipped") })`],
  ["unhandledRejection", `void Promise.reject(new Error("slipped"))`],
])("tells of an %s before the process ends", (origin, what) => {
  const { status, lines } = crash(what)

  expect(status).toBe(1)
  expect(lines).toMatchObject([
    { level: "error", time: expect.any(String), origin, error: { message: "slipped", stack: expect.any(String) } },
  ])
})

it("tells of none after it was stopped", () => {
  expect(crash(`stop(); void Promise.reject(new Error("slipped"))`)).toEqual({ status: 1, lines: [] })
})
