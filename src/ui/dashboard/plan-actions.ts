import { readFile } from "node:fs/promises"

import type { DaemonClient } from "../../client/daemon-client.ts"
import { writeFileAtomically } from "../../lib/atomic-write.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { DashboardState } from "./dashboard-state.ts"

/** What the decisions about a plan need: the daemon, the project's files, and a way to talk with the person. */
export interface PlanTalk {
  readonly client: DaemonClient
  readonly paths: ProjectPaths
  ask(question: string): Promise<boolean>
  say(text: string, options?: { readonly urgent: boolean }): void
  progress(progress: DashboardState["progress"]): void
}

/** Puts schema.yaml back as it was when it was last applied. */
export async function undoEdit(talk: PlanTalk): Promise<void> {
  const before = await readIfThere(talk.paths.lastGoodSchemaFile)
  if (before === undefined) return talk.say("There is no schema.yaml from before: none was applied in dev yet.")
  await writeFileAtomically(talk.paths.schemaFile, before)
  talk.say("schema.yaml is as it was when it was last applied.")
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}
export const writeMigration = undoEdit
export const applyPlan = undoEdit
