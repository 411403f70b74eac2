/** How often it is looked whether the daemon still lives. */
const watchPauseMs = 1_000

/**
 * Kills this process when the one that started it is gone; runs in a second thread, since the first hears nothing while
 * it is in SQLite. An orphan gets another parent.
 */
export function endWithParent(): void {
  const daemon = process.ppid
  setInterval(() => {
    if (process.ppid !== daemon) process.kill(process.pid, "SIGKILL")
  }, watchPauseMs)
}
