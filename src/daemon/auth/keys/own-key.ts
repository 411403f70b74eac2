import { alyxError } from "../../../errors.ts"
import type { KeyView } from "../../../protocol/auth-api.ts"
import type { Caller } from "../../caller.ts"
import type { Database } from "../../storage/database.ts"
import { keyView } from "./api-keys.ts"
import { findKey } from "./find-key.ts"
import { invalidKey } from "./key-identities.ts"

/** What stands before the id of a key in `auth.id`. */
const prefix = "key:"

/** The key that asks, as it is now; throws UNAUTHENTICATED for nobody, FORBIDDEN for those who come without a key. */
export function ownKey({ database }: { readonly database: Database }, { auth, isAdmin }: Caller): KeyView {
  if (auth.id === null && !isAdmin) {
    throw alyxError("UNAUTHENTICATED", { next: "Send an API key: Authorization: Bearer alyx_…" })
  }
  if (auth.id === null || !auth.id.startsWith(prefix)) {
    throw alyxError("FORBIDDEN", {
      message: "This is about the caller's API key, and the caller uses none.",
      next: "Accounts ask GET /api/auth/me.",
    })
  }
  const id = auth.id.slice(prefix.length)
  const row = database.read((reader) => findKey(reader, id))
  // It may have been revoked a moment ago.
  if (row === undefined) throw invalidKey()
  return keyView(row)
}
