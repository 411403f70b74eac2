/** How long this thread has computed, in milliseconds: what it waited, or others took of the machine, is not in it. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
