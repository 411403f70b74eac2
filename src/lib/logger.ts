import { pino } from "pino"

/** How much is written: a line is written when its level is at least this one. */
export type LogThreshold = "debug" | "info" | "warn" | "error" | "silent"

/** `json`: one object a line, for machines. `pretty`: one readable line, for a person at a terminal. */
export type LogFormat = "json" | "pretty"

/** The facts of a line besides its message. An Error under `error` keeps its stack and its causes. */
export type LogFields = Readonly<Record<string, unknown>>

/** Writes structured lines. The message never holds what changes; that goes into the fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** What createLogger needs. */
export interface LoggerOptions {
  readonly level: LogThreshold
  readonly format: LogFormat
  /** Where lines go, each ending in a line feed; process.stdout will do. */
  readonly destination: { write(text: string): unknown }
}

/** Keys that never reach a log, wherever they stand in the first two levels of the fields. */
const secretKeys = ["authorization", "cookie", "set-cookie", "password", "secret", "token"]

/** Makes a logger: pino, with levels as words, ISO times and secrets removed. */
export function createLogger(options: LoggerOptions): Logger {
  const lines = options.format === "pretty" ? prettyLines(options.destination) : options.destination
  const logger = pino(
    {
      level: options.level,
      base: null,
      messageKey: "message",
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.errWithCause },
      redact: { paths: secretKeys.flatMap((key) => [`["${key}"]`, `*["${key}"]`]), censor: "[removed]" },
    },
    { write: (text: string) => void lines.write(text) },
  )
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  }
}

/** Turns pino's JSON lines into `12:03:04.005 warn  message  key=value`, the stack of an error on lines of its own. */
function prettyLines(destination: LoggerOptions["destination"]): LoggerOptions["destination"] {
  return {
    write(text) {
      for (const line of text.split("\n")) if (line !== "") destination.write(`${prettyLine(line)}\n`)
    },
  }
}

function prettyLine(line: string): string {
  const { level, time, message, error, ...fields } = JSON.parse(line) as Record<string, unknown>
  const facts = Object.entries(fields).map(([key, value]) => `  ${key}=${shown(value)}`)
  const head = `${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${String(message)}${facts.join("")}`
  return harmless(error === undefined ? head : `${head}\n${indented(stackOf(error))}`)
}

/** What a stranger sent may be in a line; it must not move the cursor or rename the window of who reads it. */
function harmless(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters that terminals act upon
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\uFFFD")
}

function shown(value: unknown): string {
  if (typeof value === "string") return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
  return JSON.stringify(value)
}

function stackOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error)
  return "stack" in error && typeof error.stack === "string" ? error.stack : JSON.stringify(error)
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "    ")
}
