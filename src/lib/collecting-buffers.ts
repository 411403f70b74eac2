import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** A collection of young objects takes about a millisecond; it is made whenever so many bytes went through. */
const bytesBetween = 8 * 1024 * 1024

/**
 * Returns a function that is told how many bytes of a long stream went through this process. V8 sees only the small
 * objects that hold such bytes, and lets a hundred megabytes of them pile up before it looks: here the young ones are
 * collected as the stream goes on.
 */
export function collectingBuffers(): (bytes: number) => void {
  let collect: ((options: { readonly type: "minor" }) => void) | undefined
  let waiting = 0
  return (bytes) => {
    waiting += bytes
    if (waiting < bytesBetween) return
    waiting = 0
    if (collect === undefined) {
      setFlagsFromString("--expose-gc")
      collect = runInNewContext("gc") as typeof collect
    }
    collect?.({ type: "minor" })
  }
}
