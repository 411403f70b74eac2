import { Worker } from "node:worker_threads"

const parentVariable = "ALYX_PARENT_PID"

/** The environment of a process that is to end with this one. */
export function environmentOfChild(): NodeJS.ProcessEnv {
  return { ...process.env, [parentVariable]: String(process.pid) }
}

/**
 * Lets this process end when the one that started it is gone, also while it is in SQLite and hears nothing: a second
 * thread watches. Whose child it is the environment says: one that died before this process came up has no number any
 * more. `entry` is the program's own address; the thread's lies beside it.
 */
export function endWithParent(entry: string): void {
  const name = entry.endsWith(".ts") ? "parent-watch-worker.ts" : "parent-watch-worker.js"
  const workerData = Number(process.env[parentVariable] ?? process.ppid)
  new Worker(new URL(name, entry), { name: "watch", workerData, execArgv: [] }).unref()
}
