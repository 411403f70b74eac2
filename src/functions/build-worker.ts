/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin; the rule is about windows */
import { strict as assert } from "node:assert"
import { parentPort } from "node:worker_threads"

import type { BuildOrder, BuildReply } from "./build-messages.ts"
import { carried } from "./build-messages.ts"
import { Bundler } from "./compile/bundle-function.ts"
import { compileFunction } from "./compile/compile-function.ts"

/** Compiles functions, so that whoever serves is never held up. Ends when it is told to stop. */
const port = parentPort
assert(port !== null, "this file is a worker")
const bundler = new Bundler()

port.on("message", (order: BuildOrder | "stop") => {
  if (order === "stop") void bundler.stop().then(() => port.close())
  else void answer(order).then(send)
})

function send(reply: BuildReply): void {
  port?.postMessage(reply, "compiled" in reply ? [reply.compiled.wasm.buffer] : [])
}

async function answer({ id, request }: BuildOrder): Promise<BuildReply> {
  try {
    return { id, compiled: await compileFunction(bundler, request) }
  } catch (error) {
    const told = carried(error)
    if (told !== null) return { id, error: told }
    return { id, bug: error instanceof Error ? error : new Error(String(error)) }
  }
}
