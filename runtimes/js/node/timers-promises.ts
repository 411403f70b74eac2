import { promises } from "./timers.ts"

export const { setTimeout, setImmediate } = promises

/** A delay that nothing else depends on. */
export const scheduler = {
  wait: (delayMs: number): Promise<unknown> => setTimeout(delayMs),
  yield: (): Promise<unknown> => setImmediate(),
}

export default { ...promises, scheduler }
