import type { GuestLogLevel } from "../../../../src/functions/guest-abi.ts"
import { monotonicMs, writeLog } from "../host.ts"
import { consoleTable } from "./console-table.ts"
import { formatMessage } from "./format-message.ts"
import { inspect } from "./inspect.ts"

/** Makes the console; everything that it is told becomes a line of the call's log. */
export function makeConsole(): object {
  const state = { indentation: "", counts: new Map<string, number>(), timers: new Map<string, number>() }
  const write = (level: GuestLogLevel, text: string): void => {
    const message =
      state.indentation === "" ? text : state.indentation + text.replaceAll("\n", `\n${state.indentation}`)
    writeLog({ level, message })
  }
  const at =
    (level: GuestLogLevel) =>
    (...values: unknown[]): void =>
      write(level, formatMessage(values))
  const group = (...values: unknown[]): void => {
    if (values.length > 0) write("info", formatMessage(values))
    state.indentation += "  "
  }
  return {
    log: at("info"),
    info: at("info"),
    debug: at("debug"),
    warn: at("warn"),
    error: at("error"),
    dirxml: at("info"),
    dir: (value: unknown, options?: object): void => write("info", inspect(value, { ...options })),
    trace: (...values: unknown[]): void => write("error", traceText(values)),
    assert: (condition: unknown, ...values: unknown[]): void => {
      if (!condition) write("error", assertText(values))
    },
    table: (value: unknown, columns?: readonly string[]): void =>
      write("info", consoleTable(value, columns) ?? formatMessage([value])),
    group,
    groupCollapsed: group,
    groupEnd: (): void => {
      state.indentation = state.indentation.slice(2)
    },
    clear: (): void => undefined,
    ...counters(state.counts, write),
    ...stopwatches(state.timers, write),
  }
}

type Write = (level: GuestLogLevel, text: string) => void

function traceText(values: readonly unknown[]): string {
  const frames = (new Error("trace").stack ?? "").split("\n").slice(2).join("\n").trimEnd()
  const message = formatMessage(values)
  return `Trace${message === "" ? "" : `: ${message}`}\n${frames}`
}

function assertText(values: readonly unknown[]): string {
  const [first, ...rest] = values
  if (values.length === 0) return "Assertion failed"
  return typeof first === "string"
    ? formatMessage([`Assertion failed: ${first}`, ...rest])
    : formatMessage(["Assertion failed:", ...values])
}

function counters(counts: Map<string, number>, write: Write): Record<string, (label?: string) => void> {
  return {
    count: (label = "default") => {
      const count = (counts.get(label) ?? 0) + 1
      counts.set(label, count)
      write("info", `${label}: ${count}`)
    },
    countReset: (label = "default") => {
      if (!counts.delete(label)) write("warn", `Count for '${label}' does not exist`)
    },
  }
}

function stopwatches(
  timers: Map<string, number>,
  write: Write,
): Record<string, (label?: string, ...more: unknown[]) => void> {
  const tell = (label: string, more: readonly unknown[]): void => {
    const start = timers.get(label)
    if (start === undefined) return write("warn", `No such label '${label}' for console.timeEnd()`)
    const rest = more.length === 0 ? "" : ` ${formatMessage(more)}`
    return write("info", `${label}: ${(monotonicMs() - start).toFixed(3)}ms${rest}`)
  }
  return {
    time: (label = "default") => {
      if (timers.has(label)) write("warn", `Label '${label}' already exists for console.time()`)
      else timers.set(label, monotonicMs())
    },
    timeLog: (label = "default", ...more) => tell(label, more),
    timeEnd: (label = "default") => {
      tell(label, [])
      timers.delete(label)
    },
  }
}
