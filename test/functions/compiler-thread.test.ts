import { expect, onTestFinished, test } from "vitest"

import type { CompileRequest } from "../../src/functions/compile/compile-function.ts"
import { CompilerThread } from "../../src/functions/compiler-thread.ts"

/** A thread that hangs at a build of `hangs`, and answers with the name of any other. */
const program = new URL(
  `data:text/javascript,${encodeURIComponent(`
  import { parentPort } from "node:worker_threads"
  parentPort.on("message", (order) => {
    if (order === "stop") process.exit()
    if (order.request.name === "hangs") for (;;);
    parentPort.postMessage({ id: order.id, compiled: order.request.name })
  })
`)}`,
)

const request = (name: string): CompileRequest => ({ name }) as CompileRequest

test("a build that hangs is ended, and those that wait behind it are made by another thread", async () => {
  const compiler = new CompilerThread(program, { buildMsMax: 1_000 })
  onTestFinished(() => compiler.stop())

  const builds = ["hangs", "a", "b"].map((name) => compiler.compile(request(name)))

  expect(await Promise.allSettled(builds)).toMatchObject([
    { reason: { code: "BUILD_FAILED", message: "The build took longer than 1 s and was ended." } },
    { value: "a" },
    { value: "b" },
  ])
})
