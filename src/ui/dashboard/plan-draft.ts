import type { DaemonClient } from "../../client/daemon-client.ts"
import type { DraftBase, WrittenDraft } from "../../project/draft-next-migration.ts"
import { draftNextMigration, readDraftBase, writeNextMigration } from "../../project/draft-next-migration.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { MigrationPlan, MigrationsResponse, PlannedChange } from "../../protocol/migrations-api.ts"
import type { DraftAnswer } from "../../schema/migrations/draft-text.ts"
import { schemaFromJson } from "../../schema/schema-from-json.ts"
import type { Answer } from "./dashboard-state.ts"

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
 * that the old part goes and the new one is new. Undefined when the person gives up.
 */
export async function answerDraft(
  { base, name }: PlanDraft,
  ask: (question: string) => Promise<Answer>,
): Promise<DraftAnswers | undefined> {
  let answers: DraftAnswers = {}
  for (;;) {
    const [question] = draftNextMigration(base, { name, answers }).questions
    if (question === undefined) return answers
    const answer = await ask(`${question.question} No means that ${question.from} goes, with all that it holds.`)
    if (answer === "cancel") return undefined
    answers = { ...answers, [question.id]: answer === "yes" ? "rename" : "drop" }
  }
}

/** Writes the file under the next free number. */
export function writeDraft(paths: ProjectPaths, draft: PlanDraft, answers: DraftAnswers): Promise<WrittenDraft> {
  const { base, name, appliedNumberMax } = draft
  return writeNextMigration(paths, base, { name: renameOf(answers) ?? name, answers, appliedNumberMax })
}

/** "rename_posts_title_to_headline", where the answers are one rename. */
function renameOf(answers: DraftAnswers): string | undefined {
  const [one, ...others] = Object.entries(answers)
  if (one === undefined || others.length > 0 || one[1] !== "rename") return undefined
  const [from = "", to = ""] = one[0].split(":")
  return `rename_${from.replaceAll(".", "_")}_to_${to.slice(to.lastIndexOf(".") + 1)}`
}
