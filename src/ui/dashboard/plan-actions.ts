import { realpath, rm } from "node:fs/promises"
import path from "node:path"

import { writeFileAtomically } from "../../lib/atomic-write.ts"
import { replaceProjectFile } from "../../project/replace-project-file.ts"
import type {
  MigrateRequest,
  MigrateResponse,
  MigrationPlan,
  MigrationsResponse,
} from "../../protocol/migrations-api.ts"
import { countOf, showMs } from "../amount.ts"
import { answerDraft, changesWithoutFile, draftForPlan, writeDraft } from "./plan-draft.ts"
import type { OpenDraft } from "./plan-draft.ts"
import type { PlanTalk } from "./plan-talk.ts"
import { readIfThere } from "./session-drafts.ts"

/** Writes the migration file for the change that waits; what it cannot know stays a question in it. */
export async function writeMigration(talk: PlanTalk): Promise<void> {
  const plan = await freshPlan(talk)
  if (changesWithoutFile(plan).length === 0) {
    return talk.say("There is nothing to write: the files in migrations/ lead there already. a applies them.")
  }
  const draft = await draftForPlan(plan, talk)
  const { open } = draft
  if (open !== null && (open.isCurrent || !open.isOurs)) return sayOpen(talk, open)
  const { file, questions, impossible } = await writeDraft(talk, draft, {})
  const count = questions.length + impossible.length
  if (count === 0) return talk.say(`Wrote ${file}. Edit it as you like; a applies it.`)
  talk.say(`Wrote ${file}: ${countOf(count, "thing")} in it ${count === 1 ? "is" : "are"} left for you to decide.`)
}

function sayOpen(talk: PlanTalk, { file, isCurrent }: OpenDraft): void {
  if (isCurrent) return talk.say(`${file} is there already: answer in it what it asks, or press a to be asked here.`)
  talk.say(`${file} is there already and does nothing yet: write into it what is meant, or delete it.`)
}

/** Applies what waits: asks what could mean two things, writes the file for it, and asks again where something is lost. */
export async function applyPlan(talk: PlanTalk): Promise<void> {
  const plan = await freshPlan(talk)
  if (changesWithoutFile(plan).length === 0) {
    const [problem] = plan.problems
    if (problem !== undefined) return talk.say(sentenceOf(problem), { urgent: true })
    return (await isWanted(talk, plan)) ? apply(talk, plan) : talk.say(nothingApplied)
  }
  const draft = await draftForPlan(plan, talk)
  if (draft.open !== null && !draft.open.isOurs) return sayOpen(talk, draft.open)
  const answers = await answerDraft(draft, (question) => talk.ask(question))
  if (answers === undefined) return talk.say(draft.open === null ? "Nothing was written." : "Nothing was changed.")
  await applyWritten(talk, await writeDraft(talk, draft, answers), draft.open)
}

/** Goes on with a file that was just written: makes it what it was when the person does not want what it does. */
async function applyWritten(
  talk: PlanTalk,
  { file, text }: { readonly file: string; readonly text: string },
  before: OpenDraft | null,
): Promise<void> {
  const plan = await freshPlan(talk)
  const [problem] = plan.problems
  if (problem !== undefined) {
    return talk.say(`${file} was written, and has to be completed by hand: ${sentenceOf(problem)}`, { urgent: true })
  }
  if (await isWanted(talk, plan)) return apply(talk, plan)
  const written = path.join(talk.paths.root, file)
  // Unless somebody edited it in the meantime.
  if ((await readIfThere(written)) === text) {
    if (before === null) await rm(written)
    else {
      await writeFileAtomically(await realpath(written), before.text)
      talk.drafts.remember(file, before.text)
    }
  }
  talk.say(nothingApplied)
}

const nothingApplied = "Nothing was applied."

async function isWanted(talk: PlanTalk, { isLossy, changes }: MigrationPlan): Promise<boolean> {
  if (!isLossy) return true
  const lost = changes.filter(({ safety }) => safety === "lossy").map(({ message }) => message)
  const answer = await talk.ask(`Something is lost by this (${lost.join(", ")}); a backup is written first. Apply it?`)
  return answer === "yes"
}

async function apply(talk: PlanTalk, { hash }: MigrationPlan): Promise<void> {
  talk.progress({ message: "Applying" })
  const request: MigrateRequest = { action: "apply", hash }
  const done = await talk.client.postWithProgress<MigrateResponse>("/api/admin/migrate", request, (progress) =>
    talk.progress(progress),
  )
  const what = done.files.length > 0 ? done.files.join(", ") : countOf(done.changes.length, "change")
  const backup = done.backup === null ? "" : ` The database as it was before is in ${done.backup}.`
  talk.say(`Applied ${what} in ${showMs(done.durationMs)}.${backup}`)
}

function sentenceOf({ message, next }: MigrationPlan["problems"][number]): string {
  return next === undefined ? message : `${message} ${next}`
}

/** Puts schema.yaml back as it was when it was last applied, and offers to take away the files that w wrote for the edit. */
export async function undoEdit(talk: PlanTalk): Promise<void> {
  const { paths, drafts } = talk
  const before = await readIfThere(paths.lastGoodSchemaFile)
  if (before === undefined) return talk.say("There is no schema.yaml from before: none was applied in dev yet.")
  const { pending } = await talk.client.get<MigrationsResponse>("/api/admin/migrations")
  const waiting = pending.map(({ file }) => file)
  const written = await drafts.untouched(paths.root, waiting)
  const answer = written.length === 0 ? "no" : await talk.ask(removeQuestion(written))
  if (answer === "cancel") return talk.say("Nothing was changed.")
  if (answer === "yes") await drafts.remove(paths.root, written)
  const { schemaFile } = paths
  await replaceProjectFile(schemaFile, before)
  const left = answer === "yes" ? waiting.filter((file) => !written.includes(file)) : waiting
  const gone = answer === "yes" ? ` ${written.join(", ")} ${written.length === 1 ? "is" : "are"} gone.` : ""
  const stays = left.length === 0 ? "" : ` What still waits: ${shortList(left)}. Delete it if it was for that edit.`
  talk.say(`schema.yaml is as it was when it was last applied.${gone}${stays}`)
}

function removeQuestion(files: readonly string[]): string {
  const [it, was] = files.length === 1 ? ["it", "was"] : ["them", "were"]
  return `${shortList(files)} ${was} written for this edit and not applied. Delete ${it} too? No leaves ${it} waiting.`
}

/** How many files a sentence names; the rest is counted. */
const namedFilesMax = 3

function shortList(files: readonly string[]): string {
  const more = files.length - namedFilesMax
  return [...files.slice(0, namedFilesMax), ...(more > 0 ? [`${more} more`] : [])].join(", ")
}

/** The plan for the files as they are now; the one on the screen may be two seconds old. */
function freshPlan({ client }: PlanTalk): Promise<MigrationPlan> {
  return client.postWithProgress("/api/admin/migrate", { action: "plan" } satisfies MigrateRequest, () => undefined)
}
