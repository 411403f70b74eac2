import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8"

/** Two halves of 4 MB: enough for what is made at once. */
const youngBytesMax = 8 * 1024 * 1024

/** How often it is looked at until it is large enough; it doubles each time that it grows. */
const lookIntervalMs = 250

/**
 * Keeps a process small that stands beside an editor: one that draws, or a daemon in dev. What it makes lives for a moment, and
 * left alone V8 lets 100 MB of it pile up before it looks. Limits are read at the start of a process only, and a second process
 * would cost time; what can be changed while it runs is by how much the heaps of its threads grow: the old generation is looked at
 * each time that it has grown by so many percent. Returns the way to stop looking.
 */
export function keepHeapSmall(growthPercent: number): () => void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`)
  const timer = setInterval(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")
    if (young !== undefined && young.space_size < youngBytesMax) return
    setFlagsFromString("--semi-space-growth-factor=1")
    clearInterval(timer)
  }, lookIntervalMs)
  timer.unref()
  return () => clearInterval(timer)
}
