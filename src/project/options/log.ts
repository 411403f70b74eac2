import { option, section } from "./option.ts"
import { choice, text } from "./plain-types.ts"

/** What the daemon writes about itself. */
export const logOptions = section("What the daemon writes about itself.", {
  level: option(choice(["debug", "info", "warn", "error"]), {
    about: "The least important lines that are written.",
    default: "info",
    reload: "live",
    flag: "log-level",
  }),
  format: option(choice(["auto", "json", "pretty"]), {
    about: "With auto lines are pretty at a terminal and JSON elsewhere.",
    default: "auto",
    reload: "live",
    flag: "log-format",
  }),
})

/** Who may read the metrics. */
export const metricsOptions = section("Who may read the metrics.", {
  token: option(text({ lengthMin: 16 }), {
    about: "The bearer token that opens /metrics and /health/stats from other machines.",
    default: null,
    reload: "live",
    secret: true,
  }),
})
