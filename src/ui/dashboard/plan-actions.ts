import { readFile, realpath, rm } from "node:fs/promises"
import path from "node:path"

import { writeFileAtomically } from "../../lib/atomic-write.ts"
import type { MigrateRequest, MigrateResponse, MigrationPlan } from "../../protocol/migrations-api.ts"
import { countOf, showMs } from "../amount.ts"
import { answerDraft, changesWithoutFile, draftForPlan, writeDraft } from "./plan-draft.ts"
import type { PlanTalk } from "./plan-talk.ts"

/** Writes the migration file for the change that waits; what it cannot know stays a question in it. */
export async function writeMigration(talk: PlanTalk): Promise<void> {
  const plan = await freshPlan(talk)
  if (changesWithoutFile(plan).length === 0) {
    return talk.say("There is nothing to write: the files in migrations/ lead there already. a applies them.")
  }
  const { file, questions, impossible } = await writeDraft(talk.paths, await draftForPlan(plan, talk), {})
  const open = questions.length + impossible.length
  if (open === 0) return talk.say(`Wrote ${file}. Edit it as you like; a applies it.`)
  talk.say(`Wrote ${file}: ${countOf(open, "thing")} in it ${open === 1 ? "is" : "are"} left for you to decide.`)
}

/** Applies what waits: asks what could mean two things, writes the file for it, and asks again where something is lost. */
export async function applyPlan(talk: PlanTalk): Promise<void> {
  const plan = await freshPlan(talk)
  if (changesWithoutFile(plan).length === 0) {
    const [problem] = plan.problems
    if (problem !== undefined) return talk.say(sentenceOf(problem), { urgent: true })
    if (await isWanted(talk, plan)) await apply(talk, plan)
    return
  }
  const draft = await draftForPlan(plan, talk)
  const answers = await answerDraft(draft, (question) => talk.ask(question))
  if (answers === undefined) return talk.say("Nothing was written.")
  const { file } = await writeDraft(talk.paths, draft, answers)
  await applyWritten(talk, file)
}

/** Goes on with a file that was just written: takes it away again when the person does not want what it does. */
async function applyWritten(talk: PlanTalk, file: string): Promise<void> {
  const written = path.join(talk.paths.root, file)
  const text = await readFile(written, "utf8")
  const plan = await freshPlan(talk)
  const [problem] = plan.problems
  if (problem !== undefined) {
    return talk.say(`${file} was written, and has to be completed by hand: ${sentenceOf(problem)}`, { urgent: true })
  }
  if (await isWanted(talk, plan)) return apply(talk, plan)
  // Unless somebody edited it in the meantime.
  if ((await readIfThere(written)) === text) await rm(written)
}

async function isWanted(talk: PlanTalk, { isLossy, changes }: MigrationPlan): Promise<boolean> {
  if (!isLossy) return true
  const lost = changes.filter(({ safety }) => safety === "lossy").map(({ message }) => message)
  const answer = await talk.ask(`Something is lost by this (${lost.join(", ")}); a backup is written first. Apply it?`)
  if (answer !== "yes") talk.say("Nothing was applied.")
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

/** Puts schema.yaml back as it was when it was last applied. */
export async function undoEdit(talk: PlanTalk): Promise<void> {
  const before = await readIfThere(talk.paths.lastGoodSchemaFile)
  if (before === undefined) return talk.say("There is no schema.yaml from before: none was applied in dev yet.")
  const { schemaFile } = talk.paths
  // A link stays one.
  await writeFileAtomically(await realpath(schemaFile).catch(() => schemaFile), before)
  talk.say("schema.yaml is as it was when it was last applied.")
}

/** The plan for the files as they are now; the one on the screen may be two seconds old. */
function freshPlan({ client }: PlanTalk): Promise<MigrationPlan> {
  return client.postWithProgress("/api/admin/migrate", { action: "plan" } satisfies MigrateRequest, () => undefined)
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}
