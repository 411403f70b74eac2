import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { attackedDocuments, attackedYaml } from "./attacked-project.ts"
import type { Attack } from "./attacked-project.ts"
import { admin } from "./callers.ts"
import { openRecords, refusal } from "./open-records.ts"
import type { TestRecords } from "./open-records.ts"
import { accountAttacks, answerAttacks, batchAttacks, scopeAttacks, tagAttacks } from "./other-attacks.ts"
import { expandingAttacks, readingAttacks } from "./reading-attacks.ts"
import { writingAttacks } from "./writing-attacks.ts"

const opened: TestRecords[] = []

/** What no attack changes: they are shared by all that only ask, and by those that are refused. */
let shared: TestRecords

beforeAll(async () => {
  shared = await open()
})

afterAll(async () => {
  for (const records of opened.splice(0)) await records.database.remove()
})

async function open(): Promise<TestRecords> {
  const records = await openRecords(attackedYaml, { accountsCollection: "users" })
  opened.push(records)
  await records.batch(attackedDocuments.map(([collection, data]) => ({ op: "create", collection, data })))
  return records
}

/** Everything that is stored, as an admin sees it. */
async function everything(records: TestRecords): Promise<string> {
  records.caller = admin
  const lists = await Promise.all([...records.schema.collections.keys()].map((name) => records.listText(name)))
  return lists.join("\n")
}

async function mount({ run, refused, as }: Attack): Promise<void> {
  const isRefused = typeof refused === "string"
  const records = isRefused ? shared : await open()
  const before = await everything(records)
  records.caller = as

  if (!isRefused) return expect(await run(records)).toEqual(refused.answer)
  expect((await refusal(() => run(records))).code).toBe(refused)
  expect(await everything(records)).toBe(before)
}

describe.each([
  ["reading", readingAttacks],
  ["expanding", expandingAttacks],
])("%s", (_, attacks) => {
  test.each(attacks.map((attack) => [attack.name, attack] as const))(
    "%s",
    async (_name, { run, refused, twin, as }) => {
      shared.caller = as

      if (typeof refused === "string") expect((await refusal(() => run(shared))).code).toBe(refused)
      else expect(await run(shared)).toEqual(refused.answer)
      if (twin === undefined) return
      shared.caller = twin.as
      expect(await (twin.run ?? run)(shared)).toEqual(twin.answer)
    },
  )
})

describe.each([
  ["writing", writingAttacks],
  ["batches", batchAttacks],
  ["entity tags", tagAttacks],
  ["keys of machines", scopeAttacks],
  ["accounts", accountAttacks],
  ["answers", answerAttacks],
])("%s", (_, attacks) => {
  test.each(attacks.map((attack) => [attack.name, attack] as const))("%s", async (_name, attack) => {
    await mount(attack)
  })

  const twins = attacks.flatMap(({ name, run, twin }) =>
    twin === undefined ? [] : [[name, { run, ...twin }] as const],
  )
  test.each(twins)("and who may: %s", async (_name, twin) => {
    const records = await open()
    records.caller = twin.as

    expect(await twin.run(records)).toEqual(twin.answer)
  })
})
