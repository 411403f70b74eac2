import { RandomPool } from "../../../lib/random-pool.ts"
import type { GuestMemory } from "./guest-memory.ts"
import { knownImports, wasiNamespace } from "../../../functions/known-imports.ts"
import type { OutputLines } from "./output-lines.ts"

/** What a WASI function takes; all of them return an errno. */
export type WasiFunction = (...values: (number | bigint)[]) => number

/** Thrown by proc_exit. */
export class GuestExit extends Error {
  override readonly name = "GuestExit"
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`The plug-in ended itself by proc_exit(${exitCode}).`)
    this.exitCode = exitCode
  }
}

/** What WASI may show a plug-in. */
export interface WasiOptions {
  readonly memory: GuestMemory
  readonly env: Readonly<Record<string, string>>
  /** Where standard output and standard error go. */
  readonly output: (descriptor: 1 | 2) => OutputLines
  /** Of process.hrtime: a sleeping guest is woken then. */
  readonly deadline: () => bigint
}

const errno = { ok: 0, badDescriptor: 8, invalid: 28, notSupported: 52, illegalSeek: 70, notCapable: 76 } as const

/** Every call begins with new numbers of Math.random. */
const random = new RandomPool()

/** Bytes of one random_get: more is asked in pieces by those who mean it. */
const randomBytesMax = 65_536

/**
 * WASI preview 1 for a guest that has no files, no arguments and no sockets: clocks, random bytes, environment variables of the
 * manifest, an empty standard input, and outputs that become log lines. Everything else answers that it is not there, so there
 * is nothing that a guest could escape through.
 */
export function wasiFunctions(options: WasiOptions): Record<string, WasiFunction> {
  const absent = Object.keys(knownImports[wasiNamespace]!).map((name) => [name, () => absentErrno(name)] as const)
  return { ...Object.fromEntries(absent), ...clocks(options), ...environment(options), ...descriptors(options) }
}

function absentErrno(name: string): number {
  if (name.startsWith("path_")) return errno.notCapable
  return name.startsWith("fd_") ? errno.badDescriptor : errno.notSupported
}

function clocks({ memory, deadline }: WasiOptions): Record<string, WasiFunction> {
  return {
    clock_time_get: (clock, _precision, time) => {
      const now = timeOf(Number(clock))
      if (now === null) return errno.invalid
      memory.view.setBigUint64(at(time), now, true)
      return errno.ok
    },
    clock_res_get: (clock, resolution) => {
      if (timeOf(Number(clock)) === null) return errno.invalid
      memory.view.setBigUint64(at(resolution), Number(clock) === 0 ? 1_000_000n : 1_000n, true)
      return errno.ok
    },
    random_get: (offset, length) => {
      for (let done = 0; done < at(length); done += randomBytesMax) {
        random.draw(memory.bytes(at(offset) + done, Math.min(randomBytesMax, at(length) - done)))
      }
      return errno.ok
    },
    sched_yield: () => errno.ok,
    poll_oneoff: (subscriptions, events, count, countOut) =>
      pollClocks({ memory, deadline }, [at(subscriptions), at(events), at(count), at(countOut)]),
    proc_exit: (code) => {
      throw new GuestExit(Number(code))
    },
  }
}

/** Nanoseconds: 0 the wall's clock, which may be set, 1 to 3 what runs on steadily; null for what is no clock. */
function timeOf(clock: number): bigint | null {
  if (clock === 0) return BigInt(Date.now()) * 1_000_000n
  return clock >= 1 && clock <= 3 ? process.hrtime.bigint() : null
}

const subscriptionBytes = 48
const eventBytes = 32

/** Sleeping is all there is to wait for: the thread does, at most until the deadline. It is the plug-in's own while it is called. */
function pollClocks(
  { memory, deadline }: Pick<WasiOptions, "memory" | "deadline">,
  [subscriptions, events, count, countOut]: readonly [number, number, number, number],
): number {
  if (count === 0) return errno.invalid
  const { view } = memory
  const waits = Array.from({ length: Math.min(count, 64) }, (_, index) => {
    const place = subscriptions + index * subscriptionBytes
    if (view.getUint8(place + 8) !== 0) return null
    const timeout = view.getBigUint64(place + 24, true)
    const isAbsolute = (view.getUint16(place + 40, true) & 1) !== 0
    const now = timeOf(view.getUint32(place + 16, true)) ?? 0n
    return { place, nanoseconds: isAbsolute ? timeout - now : timeout }
  }).filter((wait) => wait !== null)
  if (waits.length === 0) return errno.notSupported
  const first = waits.reduce((a, b) => (b.nanoseconds < a.nanoseconds ? b : a))
  sleep(first.nanoseconds, deadline() - process.hrtime.bigint())
  view.setBigUint64(events, view.getBigUint64(first.place, true), true)
  memory.bytes(events + 8, eventBytes - 8).fill(0)
  view.setUint32(countOut, 1, true)
  return errno.ok
}

function sleep(wanted: bigint, left: bigint): void {
  const nanoseconds = wanted < left ? wanted : left
  if (nanoseconds <= 0n) return
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(nanoseconds) / 1_000_000)
}

function environment({ memory, env }: WasiOptions): Record<string, WasiFunction> {
  const entries = Object.entries(env).map(([name, value]) => Buffer.from(`${name}=${value}\0`))
  const writeSizes = (count: number, bytes: number, places: readonly (number | bigint | undefined)[]): number => {
    memory.view.setUint32(at(places[0]), count, true)
    memory.view.setUint32(at(places[1]), bytes, true)
    return errno.ok
  }
  return {
    args_sizes_get: (...places) => writeSizes(0, 0, places),
    args_get: () => errno.ok,
    environ_sizes_get: (...places) =>
      writeSizes(
        entries.length,
        entries.reduce((sum, entry) => sum + entry.length, 0),
        places,
      ),
    environ_get: (pointers, text) => {
      let place = at(text)
      for (const [index, entry] of entries.entries()) {
        memory.view.setUint32(at(pointers) + index * 4, place, true)
        memory.bytes(place, entry.length).set(entry)
        place += entry.length
      }
      return errno.ok
    },
  }
}

/** Standard input, output and error; a guest that was given no folders finds none. */
function descriptors({ memory, output }: WasiOptions): Record<string, WasiFunction> {
  return {
    fd_write: (descriptor, vectors, count, written) => {
      if (descriptor !== 1 && descriptor !== 2) return errno.badDescriptor
      let total = 0
      for (const bytes of vectorsOf(memory, at(vectors), at(count))) {
        output(descriptor).write(bytes)
        total += bytes.length
      }
      memory.view.setUint32(at(written), total, true)
      return errno.ok
    },
    fd_read: (descriptor, _vectors, _count, read) => {
      if (descriptor !== 0) return errno.badDescriptor
      memory.view.setUint32(at(read), 0, true)
      return errno.ok
    },
    fd_seek: (descriptor) => (isStandard(descriptor) ? errno.illegalSeek : errno.badDescriptor),
    fd_tell: (descriptor) => (isStandard(descriptor) ? errno.illegalSeek : errno.badDescriptor),
    fd_close: (descriptor) => (isStandard(descriptor) ? errno.ok : errno.badDescriptor),
    fd_fdstat_get: (descriptor, place) => {
      if (!isStandard(descriptor)) return errno.badDescriptor
      memory.bytes(at(place), 24).fill(0)
      // A character device, which may be read or written.
      memory.view.setUint8(at(place), 2)
      memory.view.setBigUint64(at(place) + 8, descriptor === 0 ? 2n : 64n, true)
      return errno.ok
    },
  }
}

function isStandard(descriptor: number | bigint | undefined): boolean {
  return descriptor === 0 || descriptor === 1 || descriptor === 2
}

/** Vectors beyond this are a mistake. */
const vectorsMax = 1_024

function* vectorsOf(memory: GuestMemory, place: number, count: number): Iterable<Uint8Array> {
  for (let index = 0; index < Math.min(count, vectorsMax); index += 1) {
    const { view } = memory
    yield memory.bytes(view.getUint32(place + index * 8, true), view.getUint32(place + index * 8 + 4, true))
  }
}

/** Offsets and lengths are unsigned, and come signed. */
function at(value: number | bigint | undefined): number {
  return Number(value) >>> 0
}
