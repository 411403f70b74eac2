import { once } from "node:events"
import { readFile, stat } from "node:fs/promises"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"

import { expect, test } from "vitest"

import { sendTo, startDaemon, writeProject } from "../../helpers/running-daemon.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { usersSchema } from "../http/auth-http.ts"

const env = {
  ALYX_SERVER_INSECURE_OPEN: "false",
  ALYX_AUTH_RATE_LIMIT_REGISTER: "100000/second",
  ALYX_SERVER_RATE_LIMIT_ADDRESS: "100000/second",
}

test("a process that is killed while people register leaves no account without its document, and loses nobody who was told", async () => {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": usersSchema })
  const seed = testSeed()
  process.stdout.write(`seed ${seed}\n`)
  const told: string[] = []
  let tokens: { access: string; refresh: string } | undefined

  for (let round = 0; round < scaled(20, 2); round += 1) {
    const daemon = await startDaemon({ folder, env })
    const enough = 5 + ((seed + round * 7) % 20)
    const count = { done: 0 }
    const register = async (client: number): Promise<void> => {
      for (let turn = 0; daemon.child.exitCode === null && daemon.child.signalCode === null; turn += 1) {
        const email = `p${round}-${client}-${turn}@example.com`
        const answer = await sendTo(daemon.url, "POST", "/api/auth/register", { email, password: "long enough" })
        expect(answer.status).toBe(201)
        told.push(email)
        tokens = { access: answer.body.access_token, refresh: answer.body.refresh_token }
        count.done += 1
        if (count.done === enough) daemon.child.kill("SIGKILL")
      }
    }
    await Promise.allSettled(Array.from({ length: 6 }, (_, client) => register(client)))
    if (daemon.child.signalCode === null) await once(daemon.child, "exit")
    expect(count.done).toBeGreaterThanOrEqual(enough)
  }

  // The key that was made at the first start still opens what was signed before the kill.
  const daemon = await startDaemon({ folder, env })
  const refreshed = await sendTo(daemon.url, "POST", "/api/auth/refresh", { refresh_token: tokens!.refresh })
  const me = await sendTo(daemon.url, "GET", "/api/auth/me", undefined, { authorization: `Bearer ${tokens!.access}` })
  expect([refreshed.status, me.status]).toEqual([200, 200])
  expect(await daemon.stop()).toBe(0)
  const keys = path.join(folder, "data/alyx.keys")
  expect((await stat(keys)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(keys, "utf8"))).toEqual({ jwt_secret: expect.stringMatching(/^[\w-]{43}$/) })
  const database = new DatabaseSync(path.join(folder, "data/alyx.db"), { readOnly: true })
  const ids = (sql: string): unknown[] =>
    database
      .prepare(sql)
      .all()
      .map((row) => row["v"])
  const accounts = ids("SELECT id AS v FROM _alyx_users ORDER BY id")
  const emails = new Set(ids("SELECT email AS v FROM _alyx_users"))
  const documents = ids("SELECT id AS v FROM users ORDER BY id")
  database.close()
  expect(accounts).toEqual(documents)
  expect(told.filter((email) => !emails.has(email))).toEqual([])
}, 120_000)

test("off loopback `alyx start` refuses to make up a secret", async () => {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": usersSchema })

  const started = startDaemon({ folder, env, command: ["start", "--host", "0.0.0.0", "--port", "0"] })

  await expect(started).rejects.toThrow(/ended with 1 .*ALYX_AUTH_JWT_SECRET/s)
  await expect(stat(path.join(folder, "data/alyx.keys"))).rejects.toMatchObject({ code: "ENOENT" })
})
