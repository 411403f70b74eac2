import { envNames } from "alyx-env-names"

import { guest } from "./guest-globals.ts"

declare const performance: { now(): number }
declare const queueMicrotask: (task: () => void) => void
declare const console: Readonly<Record<"log" | "error" | "warn", (text: string) => void>>

/**
 * `process` for packages that ask for it. Its environment is what the function's manifest names, and nothing else: reading
 * such a name while the function is built is refused, since the value would be frozen; any other name is never set.
 */
export const env: Record<string, string | undefined> = new Proxy(
  {},
  {
    get: (own: Record<string, string>, name) => (typeof name === "string" ? (own[name] ?? readEnv(name)) : undefined),
    has: (own, name) => name in own || (typeof name === "string" && readEnv(name) !== undefined),
    ownKeys: (own) => [...new Set([...Object.keys(own), ...envNames])],
    getOwnPropertyDescriptor: (own, name) => {
      const value = typeof name === "string" ? (own[name] ?? readEnv(name)) : undefined
      return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true }
    },
  },
)

function readEnv(name: string): string | undefined {
  if (!envNames.includes(name)) return undefined
  try {
    return guest.__alyx_sdk?.getContext()?.env[name]
  } catch (error) {
    // While the function is built: named as it was written.
    if (error instanceof Error) error.message = error.message.replace(/^getContext\(\)/, `process.env.${name}`)
    throw error
  }
}

export const title = "alyx"
export const arch = "wasm32"
export const platform = "linux"
export const argv: string[] = []
export const execArgv: string[] = []
export const pid = 1
export const version = "v24.0.0"
/** Without `node`: packages look there to know whether they may use Node's own modules. */
export const versions: Readonly<Record<string, string>> = {}
export const release = { name: "alyx" }
export const browser = true
export const exitCode = undefined
export const features = {}
export const config = {}

export function nextTick(task: (...values: unknown[]) => void, ...values: unknown[]): void {
  queueMicrotask(() => task(...values))
}

export function cwd(): string {
  return "/"
}

export function chdir(): never {
  throw unsupported("chdir")
}

export function exit(): never {
  throw unsupported("exit")
}

export function uptime(): number {
  return performance.now() / 1000
}

export function hrtime(since?: readonly [number, number]): [number, number] {
  const nanoseconds = hrtime.bigint() - (since === undefined ? 0n : BigInt(since[0]) * billion + BigInt(since[1]))
  return [Number(nanoseconds / billion), Number(nanoseconds % billion)]
}

const billion = 1_000_000_000n

hrtime.bigint = (): bigint => BigInt(Math.round(performance.now() * 1_000_000))

export function memoryUsage(): Record<string, number> {
  return { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }
}

export function umask(): number {
  return 0o22
}

export function emitWarning(warning: unknown): void {
  console.warn(String(warning))
}

/** Nothing ever happens to the process of a function, so a listener is never called. */
export function on(): typeof process {
  return process
}

export const once = on
export const off = on
export const addListener = on
export const removeListener = on
export const removeAllListeners = on
export const prependListener = on

export function emit(): boolean {
  return false
}

export function listeners(): never[] {
  return []
}

export function listenerCount(): number {
  return 0
}

function output(write: (text: string) => void): object {
  return {
    isTTY: false,
    writable: true,
    columns: 80,
    write: (text: unknown): boolean => {
      write(String(text).replace(/\n$/, ""))
      return true
    },
    on: (): undefined => undefined,
    once: (): undefined => undefined,
    end: (): undefined => undefined,
  }
}

export const stdout = output((text) => console.log(text))
export const stderr = output((text) => console.error(text))

function unsupported(name: string): Error {
  return new Error(`process.${name}() has no meaning in a function.`)
}

export const process = {
  env,
  title,
  arch,
  platform,
  argv,
  execArgv,
  pid,
  version,
  versions,
  release,
  browser,
  exitCode,
  features,
  config,
  nextTick,
  cwd,
  chdir,
  exit,
  uptime,
  hrtime,
  memoryUsage,
  umask,
  emitWarning,
  on,
  once,
  off,
  addListener,
  removeListener,
  removeAllListeners,
  prependListener,
  emit,
  listeners,
  listenerCount,
  stdout,
  stderr,
}

export default process
