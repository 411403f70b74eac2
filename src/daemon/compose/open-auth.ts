import type { ReleaseStack } from "../../lib/release-stack.ts"
import { AccountIdentities } from "../auth/account-identities.ts"
import type { AuthParts } from "../auth/auth.ts"
import { createAuth } from "../auth/create-auth.ts"
import { KeyIdentities } from "../auth/keys/key-identities.ts"
import { AccountLinks } from "../auth/mail/account-links.ts"
import { Mailer } from "../auth/mail/mailer.ts"
import { keyFilePath } from "../secrets/key-file.ts"
import type { Identities } from "../http/parts.ts"
import { AccountDocuments } from "../records/account-documents.ts"
import type { RecordParts } from "../records/records.ts"
import type { Parts } from "./open-parts.ts"
import { requireTokenSecret } from "./require-token-secret.ts"

/** Who people are. */
export interface OpenedAuth {
  readonly auth: AuthParts
  readonly identities: Identities
}

/** Makes the auth service, and loads the keys of tokens: what is wrong with them shows at the start. */
export async function openAuth(
  parts: Parts,
  { records, ownAddress }: { readonly records: RecordParts; readonly ownAddress: () => string | null },
  release: ReleaseStack,
): Promise<OpenedAuth> {
  const { options, config, database, schemas, signals, clock, logger } = parts
  const { mode } = options
  requireTokenSecret(config.current, mode)
  const documents = new AccountDocuments({ records, collection: config.current.auth.collection })
  const mailer = new Mailer({
    config: () => config.current,
    database,
    clock,
    logger,
    root: options.root,
    isKeeping: mode === "dev",
  })
  release.push("mails", () => mailer.stop())
  const publicAddress = (): string | null => config.current.server.publicUrl ?? ownAddress()
  const links = new AccountLinks({ config: () => config.current, database, clock, logger, mailer, publicAddress })
  release.push("links of mails", () => links.idle())
  const auth = createAuth({
    config: () => config.current,
    database,
    schemas,
    signals,
    clock,
    logger,
    mode,
    documents,
    mails: links,
    keyFile: keyFilePath(database.path),
    ownAddress,
  })
  const keys = new KeyIdentities({ database, signals, clock, logger })
  release.push("API keys", () => keys.stop())
  const identities = new AccountIdentities({ database, signals, clock, tokens: auth.tokens, keys })
  release.push("identities", () => identities.stop())
  // A daemon for one command has no address where anybody could sign in.
  if (mode !== "tool") await auth.tokens.start()
  return { auth, identities }
}
