import type { ReleaseStack } from "../../lib/release-stack.ts"
import { AccountIdentities } from "../auth/account-identities.ts"
import type { AccountMails } from "../auth/account-mails.ts"
import type { AuthParts } from "../auth/auth.ts"
import { createAuth } from "../auth/create-auth.ts"
import { KeyIdentities } from "../auth/keys/key-identities.ts"
import { keyFilePath } from "../auth/tokens/key-file.ts"
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

/** Nothing is sent as long as there is no mail service. */
const noMails: AccountMails = { accountMade: () => undefined, addressKnown: () => undefined }

/** Makes the auth service, and loads the keys of tokens: what is wrong with them shows at the start. */
export async function openAuth(parts: Parts, records: RecordParts, release: ReleaseStack): Promise<OpenedAuth> {
  const { options, config, database, schemas, signals, clock, logger } = parts
  const { mode } = options
  requireTokenSecret(config.current, mode)
  const documents = new AccountDocuments({ records, collection: config.current.auth.collection })
  const auth = createAuth({
    config: () => config.current,
    database,
    schemas,
    signals,
    clock,
    logger,
    mode,
    documents,
    mails: noMails,
    keyFile: keyFilePath(database.path),
  })
  const keys = new KeyIdentities({ database, signals, clock, logger })
  release.push("API keys", () => keys.stop())
  const identities = new AccountIdentities({ database, signals, clock, tokens: auth.tokens, keys })
  release.push("identities", () => identities.stop())
  // A daemon for one command has no address where anybody could sign in.
  if (mode !== "tool") await auth.tokens.start()
  return { auth, identities }
}
