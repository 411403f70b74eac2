import { alyxError } from "../errors.ts"
import type { MigrateRequest, MigrateResponse } from "../protocol/migrations-api.ts"
import type { OnProgress } from "../protocol/progress.ts"
import type { DaemonClient } from "./daemon-client.ts"
import { planMigration } from "./plan-migration.ts"
import { errorFromWire } from "./socket-request.ts"

/** What is done about migration files that were not applied yet. */
export interface ServeOptions {
  /** True applies them too; otherwise they are what is in the way. */
  readonly autoMigrate: boolean
  readonly onProgress: OnProgress
}

/**
 * Sees to it that what is written is what is served: the configuration is sound, and the database is as schema.yaml
 * says. Returns a line for each change that this took. Throws what is in the way; the last good state is served then.
 */
export async function serveWritten(
  client: DaemonClient,
  { autoMigrate, onProgress }: ServeOptions,
): Promise<readonly string[]> {
  const plan = await planMigration(client, onProgress)
  const { changes, problems, hash } = plan
  const files = plan.files.filter(({ operations }) => operations.length > 0)
  if (problems.length > 0) {
    throw alyxError("UNSAFE_CHANGES", {
      message: "The written schema cannot be applied as it is; the last good one is served.",
      next: "Look at alyx migrate plan, or write the migration file with: alyx migrate create <name>",
      problems,
    })
  }
  if (files.length > 0 && !autoMigrate) {
    const list = files.map(({ file }) => file).join(", ")
    throw alyxError("UNSAFE_CHANGES", {
      message: `Migration files wait to be applied: ${list}.`,
      next: "Apply them with alyx migrate apply, or give --auto-migrate.",
    })
  }
  const applied = changes.length === 0 && files.length === 0 ? [] : await apply(client, hash, onProgress)
  const { problem } = await client.stats()
  if (problem !== null) throw errorFromWire(problem)
  return applied
}

async function apply(client: DaemonClient, hash: string, onProgress: OnProgress): Promise<readonly string[]> {
  const request: MigrateRequest = { action: "apply", hash }
  const { changes } = await client.postWithProgress<MigrateResponse>("/api/admin/migrate", request, onProgress)
  return changes
}
