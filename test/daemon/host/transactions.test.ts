import { afterEach, beforeEach, describe, expect, test } from "vitest"

import type { DatabaseOperation, TransactionOperation } from "../../../src/functions/guest-abi.ts"
import { updateRecord } from "../../../src/daemon/records/update.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { scaled } from "../../helpers/scale.ts"
import { callerOf, hostYaml, openHost } from "./host-fixture.ts"
import type { TestCall, TestHost } from "./host-fixture.ts"

let fixture: TestHost
let ada: TestCall

const users = (rest: object): DatabaseOperation => ({ op: "db", collection: "users", ...rest }) as DatabaseOperation
const posts = (rest: object): DatabaseOperation => ({ op: "db", collection: "posts", ...rest }) as DatabaseOperation
const step = (name: "commit" | "rollback"): TransactionOperation => ({ op: "transaction", step: name })
const begin = (timeoutMs?: number): TransactionOperation => ({
  op: "transaction",
  step: "begin",
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
})
const addOne = { post_count: { $raw: "post_count + 1" } }

beforeEach(async () => {
  fixture = await openHost(hostYaml)
  ada = fixture.call({ caller: callerOf("ada") })
  await ada.ask(users({ action: "create", data: { id: "ada" } }))
})

afterEach(() => fixture.remove())

const countOf = async (id = "ada"): Promise<unknown> =>
  ((await fixture.call().ask(users({ action: "get", key: id }))) as { post_count: unknown }).post_count

describe("within a transaction", () => {
  test("it reads what it wrote, and nobody else does before its end", async () => {
    await ada.ask(begin())
    await ada.ask(posts({ action: "create", tx: true, data: { id: "p", title: "new", author_id: "ada" } }))
    await ada.ask(users({ action: "update", tx: true, key: "ada", data: addOne }))

    const inside = await ada.ask(posts({ action: "count", tx: true }))
    const outside = await ada.ask(posts({ action: "count" }))
    await ada.ask(step("commit"))

    expect([inside, outside, await ada.ask(posts({ action: "count" })), await countOf()]).toEqual([1, 0, 1, 1])
  })

  test("rules hold, a refused operation undoes itself alone, and many go together", async () => {
    await ada.ask(begin())
    await ada.ask(posts({ action: "create", tx: true, data: { title: "a", author_id: "ada" } }))

    const forged = await ada.refusal(posts({ action: "create", tx: true, data: { title: "b", author_id: "bob" } }))
    const twice = await ada.refusal(posts({ action: "create", tx: true, data: { title: "a", author_id: "ada" } }))
    const many = await ada.ask(posts({ action: "updateMany", tx: true, filter: { title: "a" }, data: { views: 3 } }))
    await ada.ask(step("commit"))

    expect([forged.code, twice.code, many]).toEqual(["FORBIDDEN", "UNIQUE_CONFLICT", { count: 1 }])
    expect(await ada.ask(posts({ action: "list" }))).toMatchObject({ total: 1, docs: [{ title: "a", views: 3 }] })
  })

  test("what it changed is in the log of changes with its request, after the commit", async () => {
    const changes = (): unknown[] =>
      fixture.records.database.database
        .read((reader) =>
          reader.all(sqlQuery("SELECT collection, operation, request_id FROM _alyx_changes WHERE seq > 1")),
        )
        .map((row) => ({ ...row }))
    let told = 0
    fixture.records.database.database.onCommit(() => (told += 1))

    await ada.ask(begin())
    await ada.ask(users({ action: "update", tx: true, key: "ada", data: addOne }))
    const before = [changes(), told]
    await ada.ask(step("commit"))

    expect(before).toEqual([[], 0])
    expect(changes()).toEqual([{ collection: "users", operation: "update", request_id: "req_host" }])
    expect(told).toBe(1)
  })

  test("accounts are told of what changed only when it is committed", async () => {
    await fixture.remove()
    fixture = await openHost(hostYaml, { accountsCollection: "users" })
    const root = fixture.call({ manifest: { privileged: true } })
    const data = { id: "eve", name: "Eve" }

    await root.ask(begin())
    await root.ask(users({ action: "create", tx: true, asAdmin: true, data }))
    const before = fixture.records.accountChangeCount
    await root.ask(step("commit"))

    expect(before).toBe(0)
    expect(await root.ask(users({ action: "count" }))).toBe(1)
  })
})

describe("what does not go with an open transaction", () => {
  test("writes without its handle, a second one, and requests to other hosts fail at once", async () => {
    await ada.ask(begin())

    const codes = await Promise.all(
      [
        ada.refusal(users({ action: "update", key: "ada", data: addOne })),
        ada.refusal(users({ action: "deleteMany", filter: {} })),
        ada.refusal(begin()),
        ada.refusal({ op: "fetch", url: "https://example.com", method: "GET", headers: [], redirect: "follow" }),
        ada.refusal({
          op: "fetch",
          url: `${fixture.ownUrl}/api/collections/users/ada`,
          method: "PATCH",
          headers: [["authorization", "Bearer of.somebody.else"]],
          redirect: "follow",
        }),
      ].map(async (refused) => (await refused).code),
    )
    await ada.ask({ op: "fetch", url: `${fixture.ownUrl}/api/x`, method: "GET", headers: [], redirect: "follow" })
    await ada.ask(step("rollback"))

    expect(codes).toEqual(Array.from({ length: 5 }, () => "TRANSACTION_OPEN"))
    expect(fixture.dispatched).toHaveLength(1)
    expect(await ada.ask(users({ action: "update", key: "ada", data: addOne }))).toMatchObject({ post_count: 1 })
  })

  test("the same holds for whatever the call calls, and nothing of it for others", async () => {
    const inner = fixture.call({ caller: callerOf("ada"), parent: ada.invocation, manifest: { name: "inner" } })
    const other = fixture.call({ caller: callerOf("ada") })
    await ada.ask(begin())

    const waiting = other.ask(users({ action: "update", key: "ada", data: addOne }))
    const refused = await inner.refusal(users({ action: "update", key: "ada", data: addOne }))
    const foreign = await inner.refusal(users({ action: "update", tx: true, key: "ada", data: addOne }))
    expect(await inner.ask(users({ action: "count" }))).toBe(1)
    await ada.ask(step("commit"))

    expect(refused).toMatchObject({
      code: "TRANSACTION_OPEN",
      message: expect.stringContaining("call of work") as string,
    })
    expect(foreign.code).toBe("TRANSACTION_ENDED")
    expect(await waiting).toMatchObject({ post_count: 1 })
  })

  test("without one, its handle leads nowhere", async () => {
    const write = users({ action: "update", tx: true, key: "ada", data: addOne })

    expect((await ada.refusal(write)).code).toBe("TRANSACTION_ENDED")
    expect((await ada.refusal(step("commit"))).code).toBe("TRANSACTION_ENDED")
    await ada.ask(step("rollback"))
    for (const timeoutMs of [0, 10_001, 1.5, "5"]) {
      expect((await ada.refusal(begin(timeoutMs as number))).code).toBe("BAD_REQUEST")
    }
  })
})

describe("its end", () => {
  test("at the deadline it is rolled back, the call is told, and may begin another", async () => {
    await ada.ask(begin(20))
    await ada.ask(users({ action: "update", tx: true, key: "ada", data: addOne }))
    // Waits for the end of the transaction.
    await fixture.call({ caller: callerOf("eve") }).ask(users({ action: "create", data: { id: "eve" } }))

    const refused = await ada.refusal(users({ action: "update", tx: true, key: "ada", data: addOne }))
    expect(refused).toMatchObject({ code: "TRANSACTION_ENDED", message: expect.stringContaining("20 ms") as string })
    expect(await countOf()).toBe(0)
    await ada.ask(begin())
    await ada.ask(users({ action: "update", tx: true, key: "ada", data: addOne }))
    await ada.ask(step("commit"))
    expect(await countOf()).toBe(1)
  })

  test.each([
    ["open", true],
    ["waiting for its turn", false],
  ])("a call that ends with one %s leaves nothing behind", async (_name, isOpen) => {
    const other = fixture.call({ caller: callerOf("eve") })
    if (!isOpen) await other.ask(begin())
    const begun = ada.ask(begin()).catch((error: unknown) => error)
    if (isOpen) {
      await begun
      await ada.ask(users({ action: "update", tx: true, key: "ada", data: addOne }))
    }

    ada.end()

    if (!isOpen) {
      await other.ask(step("commit"))
      expect(await begun).toMatchObject({ code: "ABORTED" })
    }
    const next = fixture.call({ caller: callerOf("ada") })
    await next.ask(begin())
    expect(await next.ask(users({ action: "get", tx: true, key: "ada" }))).toMatchObject({ post_count: 0 })
    await next.ask(step("commit"))
  })
})

test("sums are right when requests write while functions hold transactions", { timeout: 120_000 }, async () => {
  const transactionCount = scaled(2_000, 100)
  const over = new AbortController()
  let requestCount = 0
  const { parts, schema } = fixture.records
  const request = async (): Promise<void> => {
    const asked = {
      schema,
      collection: "users",
      caller: callerOf("http"),
      query: [],
      expressions: "operators",
    } as const
    while (!over.signal.aborted) {
      await updateRecord(parts, { ...asked, id: "ada", body: addOne })
      requestCount += 1
    }
  }
  const writers = Array.from({ length: 16 }, request)
  let kept = 0
  const transact = async (index: number): Promise<void> => {
    const call = fixture.call({ caller: callerOf("ada") })
    await call.ask(begin())
    const { post_count: before } = (await call.ask(users({ action: "get", tx: true, key: "ada" }))) as {
      post_count: number
    }
    await call.ask(users({ action: "update", tx: true, key: "ada", data: { post_count: before + 1 } }))
    if (index % 4 === 0) call.end()
    else {
      await call.ask(step("commit"))
      kept += 1
    }
  }

  for (let index = 0; index < transactionCount; index += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, offset) => transact(index + offset)))
  }
  over.abort()
  await Promise.all(writers)

  expect(requestCount).toBeGreaterThan(transactionCount)
  expect(await countOf()).toBe(kept + requestCount)
})
