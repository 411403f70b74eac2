import { setFlagsFromString } from "node:v8"

/**
 * What code of an engine may use of V8's stack, in KiB. The engine counts on its own stack alone (512 KiB of it, about 2,000
 * calls), where nested JSON takes a few bytes a level and V8 ten times as many.
 */
const stackKilobytes = 12_000

/** Of a thread whose own stack such code runs on. */
export const guestStackMegabytes = 13

/**
 * Makes the stacks large on which V8 runs WebAssembly that can be suspended: with those that it has by itself, deep
 * recursion in a function would be a trap, and not a RangeError that the function can catch. To be called before a
 * function runs; threads that run already, and what they run besides, keep the stacks that they have.
 */
export function enlargeGuestStacks(): void {
  setFlagsFromString(`--stack-size=${stackKilobytes}`)
  setFlagsFromString(`--wasm-stack-switching-stack-size=${stackKilobytes}`)
}
