import { Worker } from "node:worker_threads"

import type { OnProgress } from "../../protocol/progress.ts"
import { receiveError } from "../storage/sqlite/passed-error.ts"
import type { WriterData, WriterMessage, WrittenCounts } from "./worker-messages.ts"

/** Which worker to run, and for how long it is wanted. */
export interface WriterThread<Data extends WriterData> {
  readonly name: string
  readonly url: URL
  readonly data: Omit<Data, "unwanted">
  /** Aborted when nobody waits any more: the work is then undone. */
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}

/** Runs a worker that writes documents until it has ended, and its connection is closed. */
export async function runWriterThread<Data extends WriterData>(thread: WriterThread<Data>): Promise<WrittenCounts> {
  const { name, url, data, signal, onProgress } = thread
  const unwanted = new SharedArrayBuffer(4)
  const giveUp = (): void => void Atomics.store(new Int32Array(unwanted), 0, 1)
  signal.addEventListener("abort", giveUp)
  if (signal.aborted) giveUp()
  const worker = new Worker(url, { workerData: { ...data, unwanted }, name, execArgv: [] })
  let outcome: WriterMessage | undefined
  worker.on("message", (message: WriterMessage) => {
    if (message.kind === "progress") onProgress(message.progress)
    else outcome = message
  })
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on("error", reject)
      worker.on("exit", () => resolve())
    })
  } finally {
    signal.removeEventListener("abort", giveUp)
  }
  if (outcome?.kind === "done") return outcome.counts
  if (outcome?.kind === "failed") throw receiveError(outcome.error, `The ${name}`)
  throw new Error(`The ${name} failed: its worker ended.`)
}
