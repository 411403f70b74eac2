/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin; the rule is about windows */
import { strict as assert } from "node:assert"
import type { ChildProcess } from "node:child_process"
import { subscribe } from "node:diagnostics_channel"
import { once } from "node:events"
import { parentPort } from "node:worker_threads"

import type { BuildCancel, BuildOrder, BuildReply } from "./build-messages.ts"
import { carried } from "./build-messages.ts"
import { Bundler } from "./compile/bundle-function.ts"
import { compileFunction } from "./compile/compile-function.ts"

/** Compiles functions, so that whoever serves is never held up. Ends when it is told to stop. */
const port = parentPort
assert(port !== null, "this file is a worker")
const bundler = new Bundler()

/** esbuild's process; esbuild itself does not tell of it. */
const programs = new Set<ChildProcess>()
subscribe("child_process", (message) => {
  const { process: program } = message as { readonly process: ChildProcess }
  programs.add(program)
  program.once("exit", () => programs.delete(program))
})

/** By their ids. */
const underWay = new Map<number, AbortController>()

port.on("message", (order: BuildOrder | BuildCancel | "stop") => {
  if (order === "stop") void stop()
  else if ("cancel" in order) underWay.get(order.cancel)?.abort()
  else void answer(order).then(send)
})

function send(reply: BuildReply): void {
  port?.postMessage(reply, "compiled" in reply ? [reply.compiled.wasm.buffer] : [])
}

async function stop(): Promise<void> {
  await bundler.stop()
  await Promise.all([...programs].map(ended))
  port?.close()
}

/** A program that ends after its thread did would stay behind as a zombie. */
async function ended(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return
  program.ref()
  await once(program, "exit")
}

async function answer({ id, request }: BuildOrder): Promise<BuildReply> {
  const controller = new AbortController()
  underWay.set(id, controller)
  try {
    return { id, compiled: await compileFunction(bundler, request, controller.signal) }
  } catch (error) {
    const told = carried(error)
    if (told !== null) return { id, error: told }
    return { id, bug: error instanceof Error ? error : new Error(String(error)) }
  } finally {
    underWay.delete(id)
  }
}
