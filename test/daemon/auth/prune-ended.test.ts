import { expect, test } from "vitest"

import { endedCountMax, pruneEnded } from "../../../src/daemon/auth/prune-ended.ts"
import { insertRefreshToken, tokenCountMax } from "../../../src/daemon/auth/refresh-tokens.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { registerAs, sendAs, signInAs, startAuth } from "../http/auth-http.ts"
import type { RunningHttp } from "../http/http-fixture.ts"

function count({ parts }: RunningHttp, table: string): number {
  const query = sqlQuery<{ n: number }>(`SELECT count(*) AS n FROM "${table}"`)
  return parts.auth.database.read((reader) => reader.get(query))?.n ?? -1
}

test("sessions that have expired are deleted with their tokens, and those that live stay", async () => {
  const clock = { nowMs: Date.now(), now: () => clock.nowMs }
  const running = await startAuth({ clock, auth: { "auth.jwt.refresh_ttl": "1h" } })
  const ada = await registerAs(running.port, "ada")
  clock.nowMs += 30 * 60_000
  const later = await signInAs(running.port, ada)
  expect(await pruneEnded(running.parts.auth)).toBe(false)
  expect([count(running, "_alyx_sessions"), count(running, "_alyx_refresh_tokens")]).toEqual([2, 2])

  clock.nowMs += 30 * 60_000
  expect(await pruneEnded(running.parts.auth)).toBe(false)

  expect([count(running, "_alyx_sessions"), count(running, "_alyx_refresh_tokens")]).toEqual([1, 1])
  const refreshed = await sendAs(running.port, null, "POST", "/api/auth/refresh", { refresh_token: later.refresh })
  expect(refreshed.status).toBe(200)
  expect(count(running, "_alyx_users")).toBe(1)
})

test("many are deleted a few at a time, and a session ends that has more tokens than it may", async () => {
  const clock = { nowMs: Date.now(), now: () => clock.nowMs }
  const running = await startAuth({ clock })
  const { database } = running.parts.auth
  const ada = await registerAs(running.port, "ada")
  const session = database.read((reader) => reader.get(sqlQuery<{ id: string }>(`SELECT id FROM "_alyx_sessions"`)))!
  const past = new Date(clock.nowMs - 60_000).toISOString()
  const future = new Date(clock.nowMs + 60_000).toISOString()
  const insert = (expiresIso: string) => (): void =>
    void database.write((transaction) => {
      const token = insertRefreshToken(transaction, { sessionId: session.id, nowIso: past, expiresIso })
      transaction.run(
        sqlQuery(`UPDATE "_alyx_refresh_tokens" SET used_at = ? WHERE used_at IS NULL AND created_at = ?`, [
          past,
          past,
        ]),
      )
      return token
    })
  Array.from({ length: endedCountMax + 10 }, insert(past))
  const most = tokenCountMax({ refreshTtlMs: 7 * 86_400_000, accessTtlMs: 900_000 })
  Array.from({ length: most - 1 }, insert(future))
  await database.write(() => undefined)

  expect(await pruneEnded(running.parts.auth)).toBe(true)
  expect(await pruneEnded(running.parts.auth)).toBe(false)
  expect(most).toBe(5_000)
  expect(count(running, "_alyx_refresh_tokens")).toBe(most)
  const refreshed = await sendAs(running.port, null, "POST", "/api/auth/refresh", { refresh_token: ada.refresh })

  expect(refreshed).toMatchObject({ status: 401, body: { error: { code: "INVALID_TOKEN" } } })
  expect(count(running, "_alyx_refresh_tokens")).toBe(0)
  expect(count(running, "_alyx_sessions")).toBe(0)
})
