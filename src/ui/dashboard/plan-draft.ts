import type { DaemonClient } from "../../client/daemon-client.ts"
import type { DraftBase, WrittenDraft } from "../../project/draft-next-migration.ts"
import { draftNextMigration, readDraftBase, writeNextMigration } from "../../project/draft-next-migration.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { MigrationPlan, MigrationsResponse, PlannedChange } from "../../protocol/migrations-api.ts"
import type { DraftAnswer } from "../../schema/migrations/draft-text.ts"
import { schemaFromJson } from "../../schema/schema-from-json.ts"

/** What a migration file for a plan is written from. */
export interface PlanDraft {
  readonly base: DraftBase
  readonly name: string
  readonly appliedNumberMax: number
}

/** Answers by the question's id. */
export type DraftAnswers = Readonly<Record<string, DraftAnswer>>

/** The changes to schema.yaml that need a migration file. */
export function changesWithoutFile({ changes }: Pick<MigrationPlan, "changes">): readonly PlannedChange[] {
  return changes.filter(({ file, safety }) => file === null && safety !== "safe")
}

/** Asks the daemon what is applied, and reads the files. */
export async function draftForPlan(
  plan: MigrationPlan,
  { client, paths }: { readonly client: DaemonClient; readonly paths: ProjectPaths },
): Promise<PlanDraft> {
  const { schema } = await client.schema()
  const { applied, pending } = await client.get<MigrationsResponse>("/api/admin/migrations")
  const unsafe = changesWithoutFile(plan)
  const appliedNumberMax = Math.max(0, ...applied.map(({ number }) => number ?? 0))
  const base = readDraftBase(paths, {
    schema: schemaFromJson(schema),
    pending: pending.map(({ file }) => file),
    appliedNumberMax,
    refused: unsafe.length === 0 ? null : unsafe.map(({ message }) => message),
  })
  return { base, name: nameOf(unsafe), appliedNumberMax }
}

/** "change_posts_title" for one field, "change_posts" for several of one collection. */
function nameOf(changes: readonly PlannedChange[]): string {
  const collections = new Set(changes.map(({ collection }) => collection ?? "schema"))
  const fields = new Set(changes.map(({ field }) => field ?? ""))
  if (collections.size !== 1) return "change_schema"
  return ["change", ...collections, ...(fields.size === 1 ? fields : [])].filter((part) => part !== "").join("_")
}

/**
 * Asks what a draft leaves open, one question after the other, since an answer may raise or settle others. No means
 * that the old part goes and the new one is new.
 */
export async function answerDraft(
  { base, name }: PlanDraft,
  ask: (question: string) => Promise<boolean>,
): Promise<DraftAnswers> {
  let answers: DraftAnswers = {}
  for (;;) {
    const [question] = draftNextMigration(base, { name, answers }).questions
    if (question === undefined) return answers
    const isRenamed = await ask(`${question.question} No means that ${question.from} goes, with all that it holds.`)
    answers = { ...answers, [question.id]: isRenamed ? "rename" : "drop" }
  }
}

/** Writes the file under the next free number; a rename gives it its name. */
export function writeDraft(paths: ProjectPaths, draft: PlanDraft, answers: DraftAnswers): Promise<WrittenDraft> {
  const { base, name, appliedNumberMax } = draft
  const isRename = Object.values(answers).includes("rename")
  return writeNextMigration(paths, base, {
    name: isRename ? name.replace(/^change_/, "rename_in_") : name,
    answers,
    appliedNumberMax,
  })
}
