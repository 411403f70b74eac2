import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"

import type { Caller } from "../../../src/daemon/caller.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { Dice } from "../../helpers/dice.ts"
import { admin, person, stranger } from "./callers.ts"
import { openRecords, refusal } from "./open-records.ts"
import type { TestRecords } from "./open-records.ts"

/** `matches` is no SQL: these rules are judged row by row. */
const schemaYaml = `
collections:
  teams:
    timestamps: false
    fields:
      id: { type: string, primary: true }
    rules: { read: "true" }
  notes:
    timestamps: false
    read_in_memory: true
    fields:
      id: { type: int, primary: true }
      title: { type: string }
      team_id: { type: string, references: teams.id }
      secret: { type: string, nullable: true, rules: { read: "doc.title.matches('^open') && auth.id != null" } }
    rules: { read: "doc.title.matches('^(open|half)') || auth.id == doc.team_id", update: "true", delete: "true" }
  shut:
    timestamps: false
    read_in_memory: true
    fields:
      id: { type: int, primary: true }
    rules: { read: "auth.id.matches('^ada') && string(doc.id).matches('1')" }
  cards:
    timestamps: false
    read_in_memory: true
    fields:
      id: { type: int, primary: true }
      title: { type: string }
      pin: { type: string, rules: { read: "doc.pin.matches('[02468]$')" } }
    rules: { read: "true" }
`

/** A rule whose work is the square of what is in a document. */
const heavyYaml = `
collections:
  heavy:
    timestamps: false
    read_in_memory: true
    fields:
      id: { type: int, primary: true }
      title: { type: string }
      tags: { type: json }
    rules: { read: "doc.title.matches('^open') && doc.tags.all(a, doc.tags.exists(b, b == a))" }
  parsed:
    timestamps: false
    read_in_memory: true
    fields:
      id: { type: int, primary: true }
      title: { type: string }
      text: { type: json }
    rules: { read: "doc.text != doc.title && doc.title.matches('^open')" }
  worn:
    timestamps: false
    read_in_memory: true
    fields:
      id: { type: int, primary: true }
      tags: { type: json }
      note: { type: string, rules: { read: "doc.tags.all(a, doc.tags.exists(b, b == a))" } }
    rules: { read: "true" }
`

let records: TestRecords
const ada = person("ada")
const count = 1_300

beforeAll(async () => {
  records = await openRecords(schemaYaml)
  await records.batch(["red", "blue", "ada"].map((id) => ({ op: "create", collection: "teams", data: { id } })))
  const operations: object[] = Array.from({ length: count }, (_, id) => ({
    op: "create",
    collection: "notes",
    data: { id, title: titleOf(id), team_id: id % 2 === 0 ? "red" : "blue", secret: `s${id}` },
  }))
  for (let id = 0; id <= 1_002; id += 1) {
    const title = `${id === 3 || id === 5 ? "a" : "x"}${String(id).padStart(4, "0")}`
    operations.push({ op: "create", collection: "shut", data: { id } })
    operations.push({ op: "create", collection: "cards", data: { id, title, pin: `p${id}` } })
  }
  for (let start = 0; start < operations.length; start += 500) await records.batch(operations.slice(start, start + 500))
})

afterAll(() => records.database.remove())

function titleOf(id: number): string {
  return id % 10 === 0 ? `open ${id}` : id % 10 === 1 ? `half ${id}` : `closed ${id}`
}

function as(caller: Caller): TestRecords {
  records.caller = caller
  return records
}

describe("a list whose rules are no SQL", () => {
  test("judges the first 1,000 candidates and says that there are more", async () => {
    const list = await as(ada).list("notes", "limit=3")

    expect(list).toEqual({
      docs: [
        { id: 0, title: "open 0", team_id: "red", secret: "s0" },
        { id: 1, title: "half 1", team_id: "blue" },
        { id: 10, title: "open 10", team_id: "red", secret: "s10" },
      ],
      total: 200,
      limit: 3,
      offset: 0,
      truncated: true,
    })
    expect(await as(stranger).pluck("notes", "secret", "limit=2")).toEqual([undefined, undefined])
    expect(await as(admin).list("notes", "limit=1")).toEqual({
      docs: [expect.anything()],
      total: count,
      limit: 1,
      offset: 0,
    })
  })

  test("says that nothing is missing when filters by the primary key leave few candidates", async () => {
    const list = await as(ada).list("notes", "team_id=blue&filter=id:lt:40&sort=-id&limit=2&offset=1")

    expect(list).toMatchObject({ docs: [{ id: 21 }, { id: 11 }], total: 4, truncated: false })
  })

  test("judges the same candidates whatever the filters, the sort and the place in it", async () => {
    const hidden = "closed 2"
    const filters = ["", "title:eq:nobody", `title:eq:${hidden}`, `title:in:open 0,${hidden}`, "secret:eq:s2"]
    const starts = ["", "closed 1", "closed 3", "open", "z"]
    const told = new Set<unknown>()
    for (const filter of filters) {
      const query = filter === "" ? "" : `filter=${filter}`
      told.add((await as(ada).list("notes", `${query}&limit=1`)).truncated)
      for (const sort of ["title", "-title"]) told.add((await as(ada).list("notes", `${query}&sort=${sort}`)).truncated)
    }
    for (const start of starts) {
      const list = await as(ada).list("notes", `sort=title&limit=500&filter=title:gte:${start}`)
      const { docs } = await as(ada).list("notes", `sort=id&limit=500&filter=id:lt:1000`)
      const matching = docs.filter(({ title }) => String(title) >= start)
      expect(new Set(list.docs.map(({ id }) => id))).toEqual(new Set(matching.map(({ id }) => id)))
      told.add(list.truncated)
    }

    expect([...told]).toEqual([true])
  })

  test("takes the newest of a descending sort by another field", async () => {
    const ids = (await as(ada).pluck("notes", "id", "sort=-team_id&limit=500")).map(Number)

    expect(ids).toHaveLength(200)
    expect(Math.min(...ids)).toBe(count - 1_000)
  })

  test("judges the end of a sort as its start", async () => {
    expect(await as(ada).pluck("notes", "id", "sort=-id&limit=2")).toEqual([1291, 1290])
  })

  test("is walked by cursors, each page with candidates of its own", async () => {
    const seen: unknown[] = []
    let cursor: string | null = ""
    while (cursor !== null) {
      const page = await as(ada).list("notes", `limit=50&cursor=${cursor}`)
      seen.push(...page.docs.map((doc) => doc["id"]))
      cursor = page.next_cursor ?? null
    }

    expect(seen).toEqual(Array.from({ length: count }, (_, id) => id).filter((id) => id % 10 < 2))
  })

  test("is walked in the order of the primary key past candidates that do not match", async () => {
    const seen: unknown[] = []
    const pages: boolean[] = []
    let cursor: string | null = ""
    while (cursor !== null) {
      const page = await as(ada).list("notes", `limit=50&filter=title:gte:open 125&cursor=${cursor}`)
      seen.push(...page.docs.map((doc) => doc["id"]))
      pages.push(page.truncated === true)
      cursor = page.next_cursor ?? null
    }

    const ids = Array.from({ length: count / 10 }, (_, index) => index * 10)
    expect(seen).toEqual(ids.filter((id) => titleOf(id) >= "open 125"))
    expect(pages.at(-1)).toBe(false)
  })

  test("is walked in another order to the end of the candidates", async () => {
    const seen: unknown[] = []
    let cursor: string | null = ""
    while (cursor !== null) {
      const page = await as(stranger).list("notes", `limit=70&sort=title&cursor=${cursor}`)
      expect(page.truncated).toBe(true)
      seen.push(...page.docs.map((doc) => doc["title"]))
      cursor = page.next_cursor ?? null
    }

    expect(seen).toHaveLength(200)
    expect(seen).toEqual(seen.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)))
  })

  test("ends a walk where no candidate may be read, and tells no key of theirs", async () => {
    const end = await as(person("nobody")).list("shut", "limit=5&cursor=")

    expect(end).toMatchObject({ docs: [], total: 0, next_cursor: null, truncated: true })
  })

  test("whose rows are SQL chooses by all that does not look at judged fields", async () => {
    const plain = await as(ada).list("cards", "sort=title&filter=title:lt:m")
    const walked = await as(ada).list("cards", "sort=title&limit=500&filter=pin:eq:p1002&cursor=")
    const next = await as(ada).list("cards", `sort=title&limit=500&filter=pin:eq:p1002&cursor=${walked.next_cursor}`)

    expect(plain).toMatchObject({ total: 2, truncated: false })
    expect(walked).toMatchObject({ docs: [], total: 0, truncated: true })
    expect(next).toMatchObject({ docs: [{ id: 1002, pin: "p1002" }], next_cursor: null, truncated: false })
    expect((await as(ada).list("cards", "filter=pin:eq:p1")).truncated).toBe(true)
    expect((await as(ada).list("cards", "filter=pin:eq:nothing")).truncated).toBe(true)
  })

  test("does not tell a hidden field by filters, and cannot be sorted by it", async () => {
    expect(await as(ada).pluck("notes", "id", "secret=s10")).toEqual([10])
    expect((await as(ada).list("notes", "secret=s11")).total).toBe(0)
    expect((await as(stranger).list("notes", "secret=s10")).total).toBe(0)
    expect((await refusal(() => as(ada).list("notes", "sort=secret"))).code).toBe("FORBIDDEN_FIELD")
  })
})

describe("a list whose rows are much work to judge", () => {
  test("ends with what may be judged at once, says so, and is walked to its end", async () => {
    const heavy = await openRecords(heavyYaml)
    onTestFinished(() => heavy.database.remove())
    const tags = Array.from({ length: 400 }, (_, index) => `tag${index}`)
    const operations = Array.from({ length: 60 }, (_, id) => {
      return { op: "create", collection: "heavy", data: { id, title: id === 7 ? "shut" : "open", tags } }
    })
    await heavy.batch(operations)
    heavy.caller = ada

    const first = await heavy.list("heavy", "limit=100")

    expect(first.truncated).toBe(true)
    expect(first.total).toBe(first.docs.length)
    expect(first.docs.length).toBeGreaterThan(0)
    expect(first.docs.length).toBeLessThan(20)
    const walked: unknown[] = []
    let cursor: string | null = ""
    while (cursor !== null) {
      const page = await heavy.list("heavy", `limit=100&fields=id&cursor=${cursor}`)
      walked.push(...page.docs.map(({ id }) => id))
      cursor = page.next_cursor ?? null
    }
    expect(walked).toEqual(operations.map(({ data }) => data.id).filter((id) => id !== 7))
  })

  test("whose fields alone are judged is walked with every field that may be read", async () => {
    const heavy = await openRecords(heavyYaml)
    onTestFinished(() => heavy.database.remove())
    const tags = Array.from({ length: 400 }, (_, index) => `tag${index}`)
    const data = Array.from({ length: 30 }, (_, id) => ({ id, tags, note: `n${id}` }))
    await heavy.batch(data.map((each) => ({ op: "create", collection: "worn", data: each })))
    heavy.caller = ada

    const walked: unknown[] = []
    let cursor: string | null = ""
    while (cursor !== null) {
      const page = await heavy.list("worn", `limit=100&fields=id,note&sort=-id&cursor=${cursor}`)
      expect(page.total).toBe(30)
      walked.push(...page.docs)
      cursor = page.next_cursor ?? null
    }

    expect(walked).toEqual(data.map(({ id, note }) => ({ id, note })).toReversed())
  })

  test("counts the json that is read for it", async () => {
    const heavy = await openRecords(heavyYaml)
    onTestFinished(() => heavy.database.remove())
    const text = "x".repeat(500_000)
    await heavy.batch(
      Array.from({ length: 40 }, (_, id) => ({
        op: "create",
        collection: "parsed",
        data: { id, title: "open", text },
      })),
    )
    heavy.caller = ada

    const list = await heavy.list("parsed", "limit=1&fields=id")

    expect(list.truncated).toBe(true)
    expect(list.total).toBeGreaterThan(1)
    expect(list.total).toBeLessThan(20)
  })
})

test("what hidden documents hold changes no answer to who may not read them", { timeout: 60_000 }, async () => {
  const seed = testSeed()
  const random = new Dice(seed)
  const other = await openRecords(schemaYaml)
  await other.batch(["red", "blue", "ada"].map((id) => ({ op: "create", collection: "teams", data: { id } })))
  const operations = Array.from({ length: count }, (_, id) => {
    const isHidden = titleOf(id).startsWith("closed")
    const title = isHidden ? `${random.pick(["a", "closed ", "o", "p", "zz"])}${random.below(2_000)}` : titleOf(id)
    const team = isHidden ? random.pick(["red", "blue"]) : id % 2 === 0 ? "red" : "blue"
    return {
      op: "create",
      collection: "notes",
      data: { id, title, team_id: team, secret: `s${isHidden ? title : id}` },
    }
  })
  for (let start = 0; start < count; start += 500) await other.batch(operations.slice(start, start + 500))
  const answers = new Set<string>()
  for (let time = 0; time < scaled(2_000, 150); time += 1) {
    const query = randomQuery(random)
    const caller = random.pick([ada, stranger])
    other.caller = caller
    const text = await as(caller).listText("notes", query)
    expect(await other.listText("notes", query), `seed ${seed}: ${query}`).toBe(text)
    answers.add(text)
    const next = (JSON.parse(text) as { next_cursor?: string | null }).next_cursor
    if (typeof next !== "string") continue
    const after = query.replace("cursor=", `cursor=${next}`)
    expect(await other.listText("notes", after), `seed ${seed}: ${after}`).toBe(
      await as(caller).listText("notes", after),
    )
  }
  await other.database.remove()

  expect(answers.size).toBeGreaterThan(30)
})

function randomQuery(random: Dice): string {
  const title = random.pick(["a", "closed 1", "closed 12", "half 5", "open 1", "p500", "zz"])
  const parts = [
    random.pick(["cursor=", "cursor=", `offset=${random.below(300)}`]),
    `limit=${random.pick([1, 7, 200, 500])}`,
    random.pick(["", "sort=title", "sort=-title", "sort=id", "sort=-id", "sort=team_id,-title", "sort=-team_id,id"]),
    random.pick(["", `filter=title:${random.pick(["gt", "lte", "ne", "eq"])}:${title}`]),
    random.pick(["", `filter=title:in:open 10,${title}`, "filter=title:like:%closed%", "filter=title:contains:9"]),
    random.pick(["", "team_id=red", `filter=id:gte:${random.below(count)}`, `filter=secret:lt:s${title}`]),
    random.pick(["", "expand=team", "fields=id,secret", "skipTotal=true"]),
  ]
  return parts.filter((part) => part !== "").join("&")
}

describe("single documents and what is expanded", () => {
  test("are judged alike", async () => {
    expect(await as(ada).get("notes", "10")).toMatchObject({ secret: "s10" })
    expect(await as(ada).get("notes", "11", "fields=id,secret")).toEqual({ id: 11 })
    expect((await refusal(() => as(ada).get("notes", "12"))).code).toBe("DOCUMENT_NOT_FOUND")
    expect((await refusal(() => as(ada).update("notes", "12", { title: "open" }))).code).toBe("DOCUMENT_NOT_FOUND")
    expect(await as(ada).update("notes", "11", { title: "half 11" })).toEqual({
      id: 11,
      title: "half 11",
      team_id: "blue",
    })
    expect(await as(ada).update("notes", "11", { title: "shut" })).toEqual({ id: 11 })
    await as(admin).update("notes", "11", { title: "half 11" })
  })

  test("of a back relation are those that may be read among the first", async () => {
    const [red] = (await as(ada).list("teams", "id=red&expand=notes")).docs
    const alone = await as(ada).get("teams", "red", "expand=notes")

    const notes = red!["notes"] as { id: number; secret?: string }[]
    expect(notes.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, index) => index * 10))
    expect(notes[0]!.secret).toBe("s0")
    expect(alone).toEqual(red)
    expect((await as(stranger).get("teams", "red", "expand=notes"))["notes"]).not.toEqual(notes)
  })
})
