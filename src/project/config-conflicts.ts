import type { Problem } from "../errors.ts"
import { isLoopbackHost } from "../lib/loopback-host.ts"
import type { Config } from "./config.ts"
import { knownProviders } from "./options/auth.ts"
import { describeOrigin } from "./origin.ts"
import type { Origin } from "./origin.ts"

/** Two options that contradict each other. */
interface Conflict {
  readonly paths: readonly string[]
  readonly message: string
}

/** Finds options that are each well formed but contradict each other. */
export function configConflicts(config: Config, origins: ReadonlyMap<string, Origin>): Problem[] {
  return [...findConflicts(config)].map(({ paths, message }) => {
    const origin = paths.map((path) => origins.get(path)).find((one) => one !== undefined && one.kind !== "default")
    return {
      code: "CONTRADICTING_OPTIONS",
      message: origin === undefined || "at" in origin ? message : `${message} (set by ${describeOrigin(origin)})`,
      ...(origin !== undefined && "at" in origin ? { at: origin.at } : {}),
    }
  })
}

function* findConflicts(config: Config): Generator<Conflict> {
  if (config.api.pageSizeDefault > config.api.pageSizeMax) {
    yield {
      paths: ["api.page_size_default", "api.page_size_max"],
      message: "api.page_size_default must not be above api.page_size_max.",
    }
  }
  if (config.auth.jwt.refreshTtlMs < config.auth.jwt.accessTtlMs) {
    yield {
      paths: ["auth.jwt.refresh_ttl", "auth.jwt.access_ttl"],
      message: "auth.jwt.refresh_ttl must not be below auth.jwt.access_ttl.",
    }
  }
  if (config.functions.minWarm > config.functions.instancesMax) {
    yield {
      paths: ["functions.min_warm", "functions.instances_max"],
      message: "functions.min_warm must not be above functions.instances_max.",
    }
  }
  if (config.database.turso.token !== null && config.database.turso.url === null) {
    yield { paths: ["database.turso.token"], message: "database.turso.token needs database.turso.url." }
  }
  if (config.mail.smtp !== null && config.mail.from === null) {
    yield { paths: ["mail.smtp"], message: 'mail.smtp needs mail.from, such as "My app <hello@example.com>".' }
  }
  yield* providerConflicts(config)
  const names = config.webhooks.map((webhook) => webhook.name)
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue
    yield { paths: [`webhooks[${index}].name`], message: `Two webhooks are named "${name}".` }
  }
}

function* providerConflicts({ auth }: Config): Generator<Conflict> {
  for (const [name, { issuer }] of Object.entries(auth.oauth)) {
    const path = `auth.oauth.${name}`
    if (takenNames.has(name)) {
      yield { paths: [`${path}.client_id`], message: `A provider cannot be named ${name}: that is a path of the API.` }
    }
    const isKnown = knownProviders.some((known) => known === name)
    if (issuer === null && !isKnown) {
      const names = knownProviders.join(", ")
      yield {
        paths: [`${path}.client_id`],
        message: `${path} needs an issuer; without one, these are known: ${names}.`,
      }
    }
    const url = issuer === null ? null : URL.parse(issuer)
    if (url !== null && url.protocol !== "https:" && !isLoopbackHost(url.hostname)) {
      yield {
        paths: [`${path}.issuer`],
        message: `${path}.issuer must begin with https://, since it is not on this machine.`,
      }
    }
  }
}

/** What stands below /api/auth/oauth besides providers. */
const takenNames: ReadonlySet<string> = new Set(["exchange", "link"])
