import { Worker } from "node:worker_threads"

/**
 * Lets this process end when the one that started it is gone, also while it is in SQLite and hears nothing: a second
 * thread watches. `entry` is the program's own address; the thread's lies beside it.
 */
export function endWithParent(entry: string): void {
  const name = entry.endsWith(".ts") ? "parent-watch-worker.ts" : "parent-watch-worker.js"
  new Worker(new URL(name, entry), { name: "watch", workerData: process.ppid, execArgv: [] }).unref()
}
