import { Cron } from "croner"

import type { SourceLocation } from "../../lib/source-location.ts"
import { parseDuration } from "../../lib/units.ts"
import type { FunctionSchedule } from "../function-manifest.ts"
import type { ShapeReader } from "./read-shape.ts"

/** A schedule as it was written; its shape has been checked. */
export interface WrittenSchedule {
  readonly name: string
  readonly type: FunctionSchedule["type"]
  readonly expression: string
  readonly timezone?: string
  readonly enabled?: boolean
  readonly config?: Readonly<Record<string, unknown>>
}

/** Reads a schedule; null when its expression is wrong, which has been reported. */
export function readSchedule(
  written: WrittenSchedule,
  at: SourceLocation,
  reader: ShapeReader,
): FunctionSchedule | null {
  const { name, type, expression, timezone = "UTC", enabled = true, config = {} } = written
  const complaint = complaints[type](expression.trim(), timezone)
  if (complaint === null) {
    return { name, type, expression: expression.trim(), timezone, settings: { enabled, config } }
  }
  reader.report("SCHEDULE_INVALID", `The schedule ${name}: ${complaint}`, at, examples[type])
  return null
}

const examples: Readonly<Record<FunctionSchedule["type"], string>> = {
  cron: 'Five fields: minute, hour, day of the month, month, day of the week, such as "0 2 * * *" for every day at two.',
  interval: "Write a duration of at least a second, such as 30s, 5m or 1h.",
  one_time: "Write a time of RFC 3339, such as 2026-01-25T15:00:00Z.",
}

/** What is wrong with an expression, as a sentence; null when nothing is. */
const complaints: Readonly<Record<FunctionSchedule["type"], (expression: string, timezone: string) => string | null>> =
  {
    cron: (expression, timezone) => {
      try {
        const cron = new Cron(expression, { timezone, mode: "5-part", paused: true })
        return cron.nextRun() === null ? `"${shortened(expression)}" never comes due.` : null
      } catch {
        return `"${shortened(expression)}" is no cron expression.`
      }
    },
    interval: (expression) => {
      const durationMs = parseDuration(expression)
      if (durationMs === null) return `"${shortened(expression)}" is no duration.`
      return durationMs < 1_000 ? "the interval is shorter than a second." : null
    },
    one_time: (expression) => {
      const isTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(expression)
      return isTime && !Number.isNaN(Date.parse(expression))
        ? null
        : `"${shortened(expression)}" is no time with a time zone.`
    },
  }

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
