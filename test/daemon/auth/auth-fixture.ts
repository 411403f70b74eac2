import path from "node:path"

import { onTestFinished } from "vitest"

import { AccountIdentities } from "../../../src/daemon/auth/account-identities.ts"
import type { Account } from "../../../src/daemon/auth/accounts.ts"
import type { AuthConfig, AuthParts } from "../../../src/daemon/auth/auth.ts"
import { createAuth } from "../../../src/daemon/auth/create-auth.ts"
import type { AuthSources } from "../../../src/daemon/auth/create-auth.ts"
import { KeyIdentities } from "../../../src/daemon/auth/keys/key-identities.ts"
import { keyFilePath } from "../../../src/daemon/secrets/key-file.ts"
import { AccountDocuments } from "../../../src/daemon/records/account-documents.ts"
import type { RecordParts } from "../../../src/daemon/records/records.ts"
import { LocalSignals } from "../../../src/daemon/signals/signals.ts"
import type { Logger } from "../../../src/lib/logger.ts"
import { loadConfig } from "../../../src/project/load-config.ts"

/** A configuration as `alyx start` reads it, with values by their places: `{ "auth.jwt.access_ttl": "1h" }`. */
export function authConfig(values: Readonly<Record<string, string>> = {}): AuthConfig {
  const env = Object.fromEntries(
    Object.entries({ ...roomy, ...values }).map(([place, value]) => [variable(place), value]),
  )
  const { config, problems } = loadConfig({ root: "/nowhere", env, flags: {}, mode: "start" })
  if (config === null) throw new Error(JSON.stringify(problems))
  return config
}

/** Tests that are not about limits sign in often. */
const roomy = {
  "auth.rate_limit.login": "1000/second",
  "auth.rate_limit.register": "1000/second",
  "auth.rate_limit.password_reset": "1000/second",
}

function variable(place: string): string {
  return `ALYX_${place.toUpperCase().replaceAll(".", "_")}`
}

/** Remembers what would have been sent. */
export interface SentMails {
  readonly accountMade: Account[]
  readonly addressKnown: Account[]
  readonly registrationAsked: { readonly email: string; readonly secret: string }[]
}

/** What a test of accounts starts from. */
export interface AuthFixtureOptions extends Pick<AuthSources, "schemas" | "clock" | "mode"> {
  readonly folder: string
  readonly records: RecordParts
  readonly logger: Logger
  readonly signals?: LocalSignals
  readonly values?: Readonly<Record<string, string>>
}

/** A real auth service over a real database; only mails are kept in lists. It ends with the test. */
export function openTestAuth(options: AuthFixtureOptions) {
  const { folder, records, schemas, clock, mode, logger, signals = new LocalSignals() } = options
  const { database } = records
  const config = authConfig(options.values)
  const sent: SentMails = { accountMade: [], addressKnown: [], registrationAsked: [] }
  const auth: AuthParts = createAuth({
    config: () => config,
    database,
    schemas,
    signals,
    clock,
    logger,
    mode,
    documents: new AccountDocuments({ records, collection: config.auth.collection }),
    mails: {
      accountMade: (account) => void sent.accountMade.push(account),
      addressKnown: (account) => void sent.addressKnown.push(account),
      registrationAsked: ({ email }, secret) => void sent.registrationAsked.push({ email, secret }),
      passwordForgotten: () => undefined,
      addressChangeAsked: () => undefined,
      addressChangeNoticed: () => undefined,
    },
    keyFile: keyFilePath(path.join(folder, "alyx.db")),
    ownAddress: () => "http://localhost",
  })
  const keys = new KeyIdentities({ database, signals, clock, logger })
  const identities = new AccountIdentities({ database, signals, clock, tokens: auth.tokens, keys })
  onTestFinished(async () => {
    identities.stop()
    await keys.stop()
  })
  return { auth, identities, signals, sent }
}
