import { hostFunctionsMax, spareName } from "./plugin-interface.ts"

/**
 * The host of an engine while a snapshot is made: Extism's memory, input, output and error; a clock that stands still,
 * and random bytes that are zeros, so that equal sources give equal bytes. Nothing of a call is there: the prelude refuses
 * it with BUILD_TIME_ACCESS before it gets here.
 */
export interface BuildHost {
  readonly imports: WebAssembly.Imports
  /** Called once the instance is there. */
  attach(memory: WebAssembly.Memory): void
  /** What the prelude wrote as output since the last time; null for nothing. */
  takeOutput(): string | null
  /** Lines that the code logged while it was evaluated. */
  readonly logLines: readonly BuildLogLine[]
}

export interface BuildLogLine {
  readonly level: "trace" | "debug" | "info" | "warn" | "error"
  readonly text: string
}

/** 2000-01-01T00:00:00Z, in nanoseconds. */
const buildTimeNs = 946_684_800_000_000_000n

/** WASI's clocks: the last is read by the glue alone, to end code that never ends. */
const clocks = { realtime: 0, monotonic: 1, process: 2 } as const

const logLinesMax = 200

/** Makes the host of one instance. */
export function createBuildHost(): BuildHost {
  const blocks = new ExtismBlocks()
  const logLines: BuildLogLine[] = []
  let memory: WebAssembly.Memory | null = null
  let output: Uint8Array | null = null
  const log = (level: BuildLogLine["level"]) => (offset: bigint) => {
    if (logLines.length < logLinesMax) logLines.push({ level, text: new TextDecoder().decode(blocks.get(offset)) })
  }
  const extism = {
    ...blocks.functions(),
    input_offset: () => 0n,
    input_length: () => 0n,
    input_load_u8: () => 0,
    input_load_u64: () => 0n,
    output_set: (offset: bigint, length: bigint) => {
      output = blocks.get(offset).slice(0, Number(length))
    },
    error_set: () => undefined,
    config_get: () => 0n,
    var_get: () => 0n,
    var_set: () => undefined,
    http_request: () => 0n,
    http_status_code: () => 0,
    http_headers: () => 0n,
    log_trace: log("trace"),
    log_debug: log("debug"),
    log_info: log("info"),
    log_warn: log("warn"),
    log_error: log("error"),
  }
  return {
    imports: {
      "extism:host/env": extism,
      "extism:host/user": userFunctions,
      wasi_snapshot_preview1: wasi(() => memory!),
    },
    attach(attached) {
      memory = attached
    },
    takeOutput() {
      const taken = output
      output = null
      return taken === null ? null : new TextDecoder().decode(taken)
    },
    logLines,
  }
}

function notNow(): never {
  throw new Error("The prelude must refuse what needs a call while a function is built.")
}

const userFunctions = {
  alyx_context: notNow,
  alyx_submit: notNow,
  alyx_wait: notNow,
  alyx_call: notNow,
  alyx_log: notNow,
  alyx_read: notNow,
  alyx_write: notNow,
  alyx_timezone: () => 0,
  ...Object.fromEntries(Array.from({ length: hostFunctionsMax }, (_, index) => [spareName(index), notNow])),
}

/** Extism's memory as far as one evaluation needs it: a block is an index. */
class ExtismBlocks {
  readonly #blocks: (Uint8Array | null)[] = [new Uint8Array(0)]

  /** The bytes of a block; offsets within it are in the low 32 bits. */
  get(offset: bigint): Uint8Array {
    return this.#blocks[Number(offset >> 32n)] ?? new Uint8Array(0)
  }

  functions(): Record<string, (...args: never[]) => unknown> {
    const view = (offset: bigint, length: number): DataView => {
      const bytes = this.get(offset)
      return new DataView(bytes.buffer, bytes.byteOffset + Number(offset & 0xffff_ffffn), length)
    }
    return {
      alloc: (length: bigint) => BigInt(this.#blocks.push(new Uint8Array(Number(length))) - 1) << 32n,
      free: (offset: bigint) => {
        this.#blocks[Number(offset >> 32n)] = null
      },
      length: (offset: bigint) => BigInt(this.get(offset).length),
      load_u8: (offset: bigint) => view(offset, 1).getUint8(0),
      load_u64: (offset: bigint) => view(offset, 8).getBigUint64(0, true),
      store_u8: (offset: bigint, value: number) => view(offset, 1).setUint8(0, value),
      store_u64: (offset: bigint, value: bigint) => view(offset, 8).setBigUint64(0, value, true),
    }
  }
}

const success = 0
const badFile = 8

function wasi(memory: () => WebAssembly.Memory): Record<string, (...args: never[]) => number> {
  return {
    clock_time_get: (clock: number, _precision: bigint, at: number) => {
      const time = clock === clocks.process ? process.hrtime.bigint() : clock === clocks.realtime ? buildTimeNs : 0n
      new DataView(memory().buffer).setBigUint64(at, time, true)
      return success
    },
    random_get: (at: number, length: number) => {
      new Uint8Array(memory().buffer, at, length).fill(0)
      return success
    },
    fd_write: () => badFile,
    fd_close: () => badFile,
    fd_seek: () => badFile,
    fd_fdstat_get: () => badFile,
  }
}
