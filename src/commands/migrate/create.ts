import * as Args from "@oclif/core/args"

import { planMigration } from "../../client/plan-migration.ts"
import type { MigrationPlan, MigrationsResponse } from "../../protocol/migrations-api.ts"
import type { DatabaseState, DraftBase, WrittenDraft } from "../../project/draft-next-migration.ts"
import { draftNextMigration, readDraftBase, writeNextMigration } from "../../project/draft-next-migration.ts"
import { requireMigrationName } from "../../project/migration-files.ts"
import { schemaFromJson } from "../../schema/schema-from-json.ts"
import { renderDraft } from "../../ui/migrations/draft-text.ts"
import type { DraftAnswers } from "../../ui/migrations/draft-questions.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx migrate create`. */
export default class MigrateCreate extends DataCommand {
  static override summary = "Write a migration file, filled in from what schema.yaml asks for."
  static override description =
    "Compares the applied schema, with the pending files on top, with schema.yaml. What it cannot know it asks at a terminal, and leaves as comments elsewhere. Without a difference the file shows by comments what could stand in it."
  static override examples = ["alyx migrate create rename_title", 'alyx migrate create "Rename title" --json']
  static override args = {
    name: Args.string({ description: "What it does, such as rename_title.", required: true, ignoreStdin: true }),
  }

  override async run(): Promise<WrittenDraft | undefined> {
    const { args } = await this.parse(MigrateCreate)
    const name = requireMigrationName(args.name)
    const paths = this.project()
    const state = await this.#databaseState()
    const base = readDraftBase(paths, state)
    const answers = await this.#answers(base, name)
    if (answers === undefined) {
      process.exitCode = 130
      return undefined
    }
    const written = await writeNextMigration(paths, base, {
      name,
      answers,
      appliedNumberMax: state.appliedNumberMax,
    })
    this.print(this.terminal.asRunHere(renderDraft(written, this.terminal.out)))
    return written
  }

  #databaseState(): Promise<DatabaseState> {
    return this.withDaemon(async (client) => {
      const { schema } = await client.schema()
      const { applied, pending } = await client.get<MigrationsResponse>("/api/admin/migrations")
      const plan = await planMigration(client)
      return {
        schema: schemaFromJson(schema),
        pending: pending.map(({ file }) => file),
        appliedNumberMax: Math.max(0, ...applied.map(({ number }) => number ?? 0)),
        refused: refusedOf(plan),
      }
    })
  }

  async #answers(base: DraftBase, name: string): Promise<DraftAnswers | undefined> {
    if (!this.terminal.interactive || this.jsonEnabled()) return {}
    const open = (answers: DraftAnswers): ReturnType<typeof draftNextMigration>["questions"] =>
      draftNextMigration(base, { name, answers }).questions
    if (open({}).length === 0) return {}
    const { askDraftQuestions } = await import("../../ui/migrations/draft-questions.ts")
    return askDraftQuestions(open)
  }
}

/** What is wrong with a file may have kept the plan from getting as far as schema.yaml. */
function refusedOf({ changes, problems }: MigrationPlan): readonly string[] | null {
  const derived = changes.filter(({ file }) => file === null)
  if (derived.length === 0 && problems.length > 0) return null
  return derived.filter(({ safety }) => safety !== "safe").map(({ message }) => message)
}
