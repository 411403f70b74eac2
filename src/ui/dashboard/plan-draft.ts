import { realpath } from "node:fs/promises"
import path from "node:path"

import type { DaemonClient } from "../../client/daemon-client.ts"
import { writeFileAtomically } from "../../lib/atomic-write.ts"
import type { DraftBase, WrittenDraft } from "../../project/draft-next-migration.ts"
import { draftNextMigration, readDraftBase, writeNextMigration } from "../../project/draft-next-migration.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { MigrationPlan, MigrationsResponse, PlannedChange } from "../../protocol/migrations-api.ts"
import { draftMigration } from "../../schema/migrations/draft-migration.ts"
import type { DraftAnswer } from "../../schema/migrations/draft-text.ts"
import { readMigrationFileName } from "../../schema/migrations/file-name.ts"
import { schemaFromJson } from "../../schema/schema-from-json.ts"
import { draftToComplete } from "../migrations/open-draft.ts"
import type { Answer } from "./dashboard-state.ts"
import { readIfThere } from "./session-drafts.ts"
import type { SessionDrafts } from "./session-drafts.ts"

/** What a migration file for a plan is written from. */
export interface PlanDraft {
  readonly base: DraftBase
  readonly name: string
  readonly appliedNumberMax: number
  /** The file that waits to be completed, which is written instead of another one. */
  readonly open: OpenDraft | null
}

/** A pending migration file that does nothing yet. */
export interface OpenDraft {
  readonly file: string
  readonly text: string
  /** Says what the draft says now: the question is the one that is waited for. */
  readonly isCurrent: boolean
  /** Nobody would miss its text: Alyx wrote it, and nobody edited it since. */
  readonly isOurs: boolean
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
  talk: { readonly client: DaemonClient; readonly paths: ProjectPaths; readonly drafts: SessionDrafts },
): Promise<PlanDraft> {
  const { client, paths } = talk
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
  return { base, name: nameOf(unsafe, base), appliedNumberMax, open: await findOpenDraft(plan, base, talk) }
}

async function findOpenDraft(
  plan: MigrationPlan,
  base: DraftBase,
  { paths, drafts }: { readonly paths: ProjectPaths; readonly drafts: SessionDrafts },
): Promise<OpenDraft | null> {
  const file = draftToComplete(plan)?.file
  const text = file === undefined ? undefined : await readIfThere(path.join(paths.root, file))
  if (file === undefined || text === undefined) return null
  const isCurrent = text === textFor(file, base, {})
  return { file, text, isCurrent, isOurs: isCurrent || drafts.isUntouched(file, text) }
}

/** What a file of this name says about the draft. */
function textFor(file: string, base: DraftBase, answers: DraftAnswers): string {
  const { number, name } = readMigrationFileName(file)!
  return draftMigration({ ...base, number, name, answers }).text
}

/** "add_posts_title" for one field, "change_posts" for several of one collection. */
function nameOf(changes: readonly PlannedChange[], base: DraftBase): string {
  const collections = new Set(changes.map(({ collection }) => collection ?? "schema"))
  const fields = new Set(changes.map(({ field }) => field ?? ""))
  if (collections.size !== 1) return "change_schema"
  return [verbOf(base), ...collections, ...(fields.size === 1 ? fields : [])].filter((part) => part !== "").join("_")
}

/** What all of the changes do; what goes may have been renamed while the draft asks so. */
function verbOf(base: DraftBase): "add" | "drop" | "change" {
  const kinds = new Set(base.changes?.map(({ kind }) => kind))
  if (kinds.size === 1 && kinds.has("add-field")) return "add"
  const isDrop = kinds.size > 0 && [...kinds].every((kind) => kind === "remove-field" || kind === "remove-collection")
  const isOpen = draftNextMigration(base, { name: "draft", answers: {} }).questions.length > 0
  return isDrop && !isOpen ? "drop" : "change"
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

/** Writes the file under the next free number, or completes the one that waits. */
export async function writeDraft(
  { paths, drafts }: { readonly paths: ProjectPaths; readonly drafts: SessionDrafts },
  draft: PlanDraft,
  answers: DraftAnswers,
): Promise<WrittenDraft & { readonly text: string }> {
  const { base, name, appliedNumberMax, open } = draft
  const written =
    open === null
      ? await writeNextMigration(paths, base, { name: renameOf(answers) ?? name, answers, appliedNumberMax })
      : await rewrite(paths, draft, { file: open.file, answers })
  const text = textFor(written.file, base, answers)
  drafts.remember(written.file, text)
  return { ...written, text }
}

async function rewrite(
  paths: ProjectPaths,
  { base, name }: PlanDraft,
  { file, answers }: { readonly file: string; readonly answers: DraftAnswers },
): Promise<WrittenDraft> {
  // A link stays one.
  await writeFileAtomically(await realpath(path.join(paths.root, file)), textFor(file, base, answers))
  const { questions, impossible } = draftNextMigration(base, { name, answers })
  return { file, questions, impossible }
}

/** "rename_posts_title_to_headline", where the answers are one rename. */
function renameOf(answers: DraftAnswers): string | undefined {
  const [one, ...others] = Object.entries(answers)
  if (one === undefined || others.length > 0 || one[1] !== "rename") return undefined
  const [from = "", to = ""] = one[0].split(":")
  return `rename_${from.replaceAll(".", "_")}_to_${to.slice(to.lastIndexOf(".") + 1)}`
}
