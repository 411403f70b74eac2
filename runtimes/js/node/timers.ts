/** The timers of the event loop under the name of Node's module. */
const global = globalThis as unknown as Record<string, (...values: unknown[]) => unknown>

type Timer = (...values: unknown[]) => unknown

const named = (name: string): Timer => {
  return (...values) => global[name]!(...values)
}

export const setTimeout: Timer = named("setTimeout")
export const clearTimeout: Timer = named("clearTimeout")
export const setInterval: Timer = named("setInterval")
export const clearInterval: Timer = named("clearInterval")
export const setImmediate: Timer = named("setImmediate")
export const clearImmediate: Timer = named("clearImmediate")

export const promises = {
  setTimeout: (delayMs?: number, value?: unknown): Promise<unknown> => {
    return new Promise((resolve) => {
      setTimeout(() => resolve(value), delayMs ?? 1)
    })
  },
  setImmediate: (value?: unknown): Promise<unknown> => {
    return new Promise((resolve) => {
      setImmediate(() => resolve(value))
    })
  },
}

export default { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate, promises }
