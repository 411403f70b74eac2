import type { MigrateRequest, MigrationPlan } from "../protocol/migrations-api.ts"
import type { OnProgress } from "../protocol/progress.ts"
import type { DaemonClient } from "./daemon-client.ts"

/** Asks what leads to the written schema, however long the looks at large tables take. */
export function planMigration(client: DaemonClient, onProgress: OnProgress = () => undefined): Promise<MigrationPlan> {
  const request: MigrateRequest = { action: "plan" }
  return client.postWithProgress("/api/admin/migrate", request, onProgress)
}
