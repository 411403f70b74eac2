import type { DaemonClient } from "../../client/daemon-client.ts"
import { alyxError } from "../../errors.ts"
import { countOf } from "../amount.ts"
import type { Terminal } from "../terminal.ts"

/** What is to be done to the documents that are there. */
export interface ReplaceQuestion {
  /** "Restore backup.ndjson". */
  readonly what: string
  /** The command that does not ask. */
  readonly command: string
  readonly client: Pick<DaemonClient, "stats">
}

/** Asks before all documents go; a database without any needs no question. False when the person does not want it. */
export async function requireReplacing(
  { what, command, client }: ReplaceQuestion,
  { interactive, isJson }: Pick<Terminal, "interactive"> & { readonly isJson: boolean },
): Promise<boolean> {
  const { schema, database } = await client.stats()
  const count = schema.collections.reduce((sum, { documentCount }) => sum + (documentCount ?? 0), 0)
  if (count === 0) return true
  const goes = `${countOf(count, "document")} of ${database.path}`
  if (!interactive || isJson) {
    throw alyxError("NO_TERMINAL", {
      message: `${goes} would go, and there is no terminal to ask.`,
      next: `If they may go: ${command}. A backup is written first.`,
    })
  }
  const { confirm } = await import("../confirm.ts")
  return confirm({
    message: `${what}? ${goes} go; a backup is written first.`,
    declined: "Nothing was changed.",
  })
}
