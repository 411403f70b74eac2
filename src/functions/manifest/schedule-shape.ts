import { bool, choice, int, text } from "../../project/options/plain-types.ts"
import { invalidValue, parsed } from "../../project/options/value-type.ts"
import type { ValueType } from "../../project/options/value-type.ts"
import { map, value } from "./shape.ts"

const timezone: ValueType<string> = {
  ...text({ lengthMax: 100 }),
  name: "time zone",
  parse: (written) => {
    if (typeof written === "string" && isTimezone(written)) return parsed(written)
    return invalidValue("be a time zone such as Europe/Berlin or UTC")
  },
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}

/** When a function is called by the clock. */
export const scheduleShape = map(
  {
    name: value(text({ lengthMax: 100 }), "What lists and logs call it.", { required: true }),
    type: value(choice(["cron", "interval", "one_time"]), "How the expression is read.", { required: true }),
    expression: value(
      text({ lengthMax: 200 }),
      'cron: "0 2 * * *"; interval: 5m, 1h, 30s; one_time: 2026-01-25T15:00:00Z.',
      { required: true },
    ),
    timezone: value(timezone, "The time zone of a cron expression; UTC when left out."),
    enabled: value(bool(), "False turns it off."),
    config: map(
      {
        skip_if_running: value(bool(), "True leaves out a run while the one before goes on."),
        max_overlap: value(int({ min: 1, max: 100 }), "How many runs there may be at a time."),
        retry_on_failure: value(bool(), "True tries a failed run again."),
        max_retries: value(int({ min: 0, max: 100 }), "How often; 3 when left out."),
        input: { kind: "json", about: "The input of every run." },
      },
      "How runs are made.",
    ),
  },
  "When the function is called by the clock.",
)
