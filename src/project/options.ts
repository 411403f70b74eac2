import { apiOptions } from "./options/api.ts"
import { authOptions } from "./options/auth.ts"
import { databaseOptions } from "./options/database.ts"
import { frontendOptions } from "./options/frontend.ts"
import { functionsOptions } from "./options/functions.ts"
import { logOptions, metricsOptions } from "./options/log.ts"
import { mailOptions } from "./options/mail.ts"
import { choicesOf, defaultText, option, section } from "./options/option.ts"
import type { AnyEntries, Option, OptionMembers, ValuesOf } from "./options/option.ts"
import { text } from "./options/plain-types.ts"
import { realtimeOptions } from "./options/realtime.ts"
import { serverOptions } from "./options/server.ts"
import { duration } from "./options/unit-types.ts"
import { webhooksOptions } from "./options/webhooks.ts"

/** Every option of Alyx, by its place in alyx.yaml. */
export const configOptions = {
  server: serverOptions,
  api: apiOptions,
  database: databaseOptions,
  log: logOptions,
  auth: authOptions,
  mail: mailOptions,
  functions: functionsOptions,
  realtime: realtimeOptions,
  frontend: frontendOptions,
  webhooks: webhooksOptions,
  metrics: metricsOptions,
  dev: section("What only alyx dev does.", {
    idle_timeout: option(duration({ min: "0s", max: "30d" }), {
      about: "A detached dev daemon ends after so long without a client or a request; 0s keeps it.",
      default: "3h",
      reload: "live",
    }),
  }),
  secret_key: option(text({ lengthMin: 32 }), {
    about: "Encrypts the secrets of functions; at least 32 characters. Without it one is made and kept in alyx.keys.",
    default: null,
    reload: "restart",
    secret: true,
  }),
} as const satisfies OptionMembers

/** The configuration as the program reads it: complete, checked and frozen. */
export type Config = ValuesOf<typeof configOptions>

/** An option (or a whole map or list) with its place. */
export interface PlacedOption {
  /** The place in alyx.yaml: `server.port`. */
  readonly path: string
  readonly node: Option<unknown> | AnyEntries
}

/** Every option in the order of the declaration; maps and lists of entries count as one. */
export function placedOptions(): readonly PlacedOption[] {
  return [...walk(configOptions, "")]
}

/** The environment variable of an option: `server.port` is ALYX_SERVER_PORT. */
export function variableName(path: string): string {
  return `ALYX_${path.toUpperCase().replaceAll(".", "_")}`
}

/** What the command line needs to know to offer an option as a flag. */
export interface OptionFlag {
  /** Without the dashes. */
  readonly flag: string
  readonly path: string
  readonly type: string
  readonly about: string
  /** True when the flag takes no value. */
  readonly isSwitch: boolean
  /** The words it may be; null when any value of its type will do. */
  readonly choices: readonly string[] | null
  readonly defaultText: string | null
}

/** The options that have a flag; loadConfig takes their values by path. */
export function optionFlags(): readonly OptionFlag[] {
  return placedOptions().flatMap(({ path, node }) =>
    node.kind === "option" && node.flag !== null
      ? [
          {
            flag: node.flag,
            path,
            type: node.type.name,
            about: node.about,
            isSwitch: node.type.name === "bool",
            choices: choicesOf(node),
            defaultText: defaultText(node),
          },
        ]
      : [],
  )
}

function* walk(members: OptionMembers, prefix: string): Generator<PlacedOption> {
  for (const [key, node] of Object.entries(members)) {
    const path = prefix + key
    if (node.kind === "section") yield* walk(node.members, `${path}.`)
    else yield { path, node }
  }
}
