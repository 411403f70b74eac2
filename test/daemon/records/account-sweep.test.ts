import path from "node:path"
import { DatabaseSync } from "node:sqlite"

import { expect, onTestFinished, test, vi } from "vitest"

import type { QueryRequest } from "../../../src/protocol/data-api.ts"
import { startAccountsDaemon } from "../auth/accounts-daemon.ts"
import type { AccountsDaemon } from "../auth/accounts-daemon.ts"

/** The database as another program sees it, with SQLite's own settings. */
function openBeside({ folder }: AccountsDaemon): DatabaseSync {
  const database = new DatabaseSync(path.join(folder, "data/alyx.db"), { enableForeignKeyConstraints: false })
  onTestFinished(() => database.close())
  return database
}

async function isRefused({ sendAs }: AccountsDaemon, token: string): Promise<void> {
  await vi.waitFor(async () => expect((await sendAs(token, "GET", "/api/auth/me")).status).toBe(401), {
    timeout: 20_000,
  })
}

test("an account ends with its document when another program, or a statement of a person, deletes it", async () => {
  const running = await startAccountsDaemon()
  const { register, logIn, send, sendAs, client } = running
  const [ada, grace, linus] = [
    await register("ada@example.com"),
    await register("grace@example.com"),
    await register("linus@example.com"),
  ]
  const beside = openBeside(running)
  // Older than the collection, so to say: it never had a document.
  beside.exec(`INSERT INTO _alyx_users (id, email, email_key, created_at, updated_at)
    VALUES ('old', 'old@example.com', 'old@example.com', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')`)
  beside.exec("REPLACE INTO users SELECT * FROM users WHERE email = 'linus@example.com'")

  beside.exec("DELETE FROM users WHERE email = 'ada@example.com'")
  await isRefused(running, ada.access_token)
  const statement: QueryRequest = { sql: "DELETE FROM users WHERE email = 'grace@example.com'", write: true }
  const answer = await client.open("/api/admin/db/query", jsonRequest(statement))
  answer.resume()
  await isRefused(running, grace.access_token)

  const plan = beside.prepare(`EXPLAIN QUERY PLAN SELECT doc_id FROM _alyx_changes
    WHERE operation = 'delete' AND collection = 'users' AND seq > 3 ORDER BY seq`)
  const [step, ...others] = plan.all().map(({ detail }) => String(detail))
  expect({ step, others }).toEqual({
    step: expect.stringContaining("_alyx_changes_deletions (collection=? AND rowid>?)"),
    others: [],
  })
  expect((await logIn("ada@example.com")).status).toBe(401)
  const refreshed = await send("POST", "/api/auth/refresh", { refresh_token: ada.refresh_token })
  expect(refreshed).toMatchObject({ status: 401, body: { error: { code: "INVALID_TOKEN" } } })
  expect((await sendAs(linus.access_token, "GET", "/api/auth/me")).status).toBe(200)
  const left = beside.prepare("SELECT email FROM _alyx_users ORDER BY email").all()
  expect(left.map(({ email }) => email)).toEqual(["linus@example.com", "old@example.com"])
  expect(running.log()).toContain("SQL deleted their documents")
  await register("ada@example.com")

  const many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO"
  beside.exec(`${many} users (id, email) SELECT 'many-' || i, 'many-' || i || '@example.com' FROM n;
    ${many} _alyx_users (id, email, email_key, created_at, updated_at) SELECT 'many-' || i, 'many-' || i, 'many-' || i, '', '' FROM n;
    DELETE FROM users WHERE id LIKE 'many-%'`)
  const count = beside.prepare("SELECT count(*) AS count FROM _alyx_users")
  await vi.waitFor(() => expect(count.get()!["count"]).toBe(3), { timeout: 20_000 })
})

/** What the client sends to read the answer as it comes. */
function jsonRequest(body: object) {
  return { method: "POST" as const, body: JSON.stringify(body), headers: { "content-type": "application/json" } }
}
