import type { Logger, LogFields, LoggerOptions } from "../lib/logger.ts"
import { createLogger } from "../lib/logger.ts"
import type { Config } from "../project/config.ts"
import type { DaemonMode, LogLevel } from "../protocol/admin-api.ts"
import type { Activity } from "./activity.ts"

export interface DaemonLogParts {
  readonly mode: DaemonMode
  readonly output: LoggerOptions["destination"] & { readonly isTerminal: boolean }
  readonly activity: Activity
}

/** The daemon's log: every line goes to the output, and from info up also to those who follow the activity. */
export class DaemonLog implements Logger {
  readonly #parts: DaemonLogParts
  #lines: Logger

  constructor(parts: DaemonLogParts, settings: Config["log"]) {
    this.#parts = parts
    this.#lines = createLogger(loggerOptions(parts, settings))
  }

  /** The output alone, for what those who follow the activity are told in another way. */
  get lines(): Logger {
    return this.#lines
  }

  /** Takes over a changed level or format. */
  configure(settings: Config["log"]): void {
    this.#lines = createLogger(loggerOptions(this.#parts, settings))
  }

  debug(message: string, fields?: LogFields): void {
    this.#lines.debug(message, fields)
  }

  info(message: string, fields?: LogFields): void {
    this.#lines.info(message, fields)
    this.#record("info", message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#lines.warn(message, fields)
    this.#record("warn", message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.#lines.error(message, fields)
    this.#record("error", message, fields)
  }

  #record(level: LogLevel, message: string, fields: LogFields | undefined): void {
    this.#parts.activity.log(level, message, fields === undefined ? undefined : withoutErrors(fields))
  }
}

function loggerOptions({ mode, output }: DaemonLogParts, { level, format }: Config["log"]): LoggerOptions {
  const automatic = output.isTerminal || mode === "dev" ? "pretty" : "json"
  return { level, format: format === "auto" ? automatic : format, destination: output }
}

/** Errors do not survive JSON; their message does. */
function withoutErrors(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? value.message : value]),
  )
}
