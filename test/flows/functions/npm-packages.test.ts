import { symlink, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { packageRoot } from "../../../src/lib/package-root.ts"
import type { BuildEntry, LogEntry } from "../../../src/protocol/admin-api.ts"
import { followActivity } from "../../helpers/follow-activity.ts"
import { runAlyx } from "../../helpers/run-alyx.ts"
import { startDaemon } from "../../helpers/running-daemon.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

/**
 * zod and date-fns are ES modules. jsonwebtoken is CommonJS with fourteen packages behind it, some of which look at
 * Node's version and its modules (crypto, buffer, stream, util) while they are loaded.
 */
const ticket = (words: string): string => `import { defineFunction } from "@alyx/functions"
import { addDays, formatISO } from "date-fns"
import jwt from "jsonwebtoken"
import { z } from "zod"

const key = "a key that is long enough for HS256"

export default defineFunction({
  input: z.object({ name: z.string().min(1), date: z.iso.date(), days: z.int().max(30).default(7) }),
  handler({ name, date, days }) {
    const until = formatISO(addDays(new Date(date + "T00:00:00Z"), days), { representation: "date" })
    const token = jwt.sign({ name, until }, key, { expiresIn: "1h", subject: "ticket" })
    const { sub, exp, iat, ...claims } = jwt.verify(token, key) as jwt.JwtPayload
    let refused = "nothing"
    try {
      jwt.verify(token, "another key")
    } catch (error) {
      refused = String(error)
    }
    return { text: ${JSON.stringify(words)} + " " + name, until, token, claims, sub, lives: exp! - iat!, refused }
  },
})
`

test("from alyx init: a function with three packages of npm is written, called, edited, and answers anew", async () => {
  const cwd = await tempFolder()
  expect(await runAlyx(["init", "app", "--template", "basic"], { cwd })).toMatchObject({ exitCode: 0 })
  const folder = path.join(cwd, "app")
  await symlink(path.join(packageRoot(), "node_modules"), path.join(folder, "node_modules"))
  const daemon = await startDaemon({ folder, command: ["dev", "--foreground", "--port", "0"] })
  const activity = await followActivity(folder)
  const built = (): Promise<BuildEntry> =>
    activity.next((entry: LogEntry): entry is BuildEntry => entry.kind === "build" && entry.name === "ticket")
  const save = (text: string): Promise<void> => writeFile(path.join(folder, "functions/ticket.ts"), text)
  const call = (input: unknown) => daemon.send("POST", "/api/functions/ticket", input)
  const ada = { name: "Ada", date: "2026-02-26" }

  await save(ticket("For"))
  expect(await built()).toMatchObject({ outcome: "built" })
  const first = await call(ada)
  await save(ticket("A ticket for"))
  expect(await built()).toMatchObject({ outcome: "built" })
  const second = await call({ ...ada, days: 30 })
  const wrong = await call({ name: "", date: "today", days: 31 })

  expect(first).toMatchObject({ status: 200 })
  expect(first.body.output).toEqual({
    text: "For Ada",
    until: "2026-03-05",
    token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    claims: { name: "Ada", until: "2026-03-05" },
    sub: "ticket",
    lives: 3600,
    refused: "JsonWebTokenError: invalid signature",
  })
  expect(second.body.output).toMatchObject({ text: "A ticket for Ada", until: "2026-03-28" })
  expect(wrong).toMatchObject({ status: 400, body: { error: { code: "INPUT_INVALID" } } })
})
