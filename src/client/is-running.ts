import { readFile } from "node:fs/promises"

/** Tells whether a process runs. A dead one whose parent has not looked yet still has a number: it does not count. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
  const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
  // The name before the state letter is in parentheses, and may itself contain some.
  return !/^[ZX]$/.test(state.slice(state.lastIndexOf(")") + 2, state.lastIndexOf(")") + 3))
}
