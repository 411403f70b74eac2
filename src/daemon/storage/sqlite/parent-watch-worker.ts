import { workerData } from "node:worker_threads"

/** How often it is looked whether the daemon still lives. */
const watchPauseMs = 1_000

/*
 * The entry of the thread that kills its process when the daemon that started it is gone: an orphan gets another parent.
 * It imports nothing, so that it watches from the first moment on.
 */
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL")
}, watchPauseMs)
