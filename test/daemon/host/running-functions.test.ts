import { expect, test } from "vitest"

import { scaled } from "../../helpers/scale.ts"
import { startAccountsDaemon } from "../auth/accounts-daemon.ts"

const schema = `
collections:
  users:
    fields:
      id: { type: uuid, primary: true, default: auto }
      email: { type: string, unique: true }
      role: { type: string, default: user }
      verified: { type: bool, default: false }
    rules: { create: "true", read: "auth.id == doc.id" }
  counters:
    fields:
      id: { type: string, primary: true }
      value: { type: int, default: 0 }
    timestamps: false
    rules: { read: "true", create: "auth.id != null", update: "auth.id != null" }
`

const files = {
  "functions/bump.ts": `import { defineFunction } from "@alyx/functions"
export default defineFunction({ handler: (input, ctx) => ctx.db.transaction(async (tx) => {
  const { value } = await tx.counters.get("shared")
  await new Promise((go) => setTimeout(go, 1))
  await tx.counters.update("shared", { value: value + 1 })
  if (input.fails) throw new Error("undone")
  return (await tx.counters.update("done", { value: ctx.db.raw("value + 1") })).value
}, { timeout: "10s" }) })
`,
  "functions/inner.ts": `export default (req, res) => req.input.bad
  ? res.json({ error: { code: "TEAPOT", message: "short and stout" } }, 418)
  : res.json({ who: ctx.auth.id, got: req.input }, 202)
`,
  "functions/inner.yaml": "access: 'false'\n",
  "functions/outer.ts": `import { defineFunction } from "@alyx/functions"
export default defineFunction({ async handler(input, ctx) {
  try {
    return await ctx.functions.invoke("inner", input)
  } catch (error) {
    return { code: error.code, status: error.status }
  }
} })
`,
}

const failing = (index: number): boolean => index % 6 === 0

test(
  "functions hold transactions while requests write, and call each other as the caller",
  { timeout: 120_000 },
  async () => {
    const { register, sendAs } = await startAccountsDaemon({
      schema,
      files,
      config: { server: { rate_limit: { address: "1000000/minute" } } },
    })
    const { access_token: token, user } = (await register("ada@example.com")) as unknown as {
      access_token: string
      user: { id: string }
    }
    const post = async (target: string, body: unknown): Promise<{ status: number; body: unknown }> =>
      sendAs(token, "POST", target, body)
    for (const id of ["shared", "done"]) await post("/api/collections/counters", { id })
    const callCount = scaled(1_000, 60)

    let writeCount = 0
    const over = new AbortController()
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let index = 0; !over.signal.aborted; index += 1) {
        const { status } = await post("/api/collections/counters", { id: `${writer} ${index}` })
        expect(status).toBe(201)
        writeCount += 1
      }
    })
    const statuses: number[] = []
    for (let index = 0; index < callCount; index += 20) {
      const calls = Array.from({ length: 20 }, (_, offset) =>
        post("/api/functions/bump", { fails: failing(index + offset) }),
      )
      for (const { status } of await Promise.all(calls)) statuses.push(status)
    }
    over.abort()
    await Promise.all(writers)

    const kept = statuses.filter((status) => status === 200).length
    const undone = statuses.filter((status) => status === 500).length
    expect([kept + undone, undone]).toEqual([statuses.length, statuses.filter((_, index) => failing(index)).length])
    for (const id of ["shared", "done"]) {
      expect((await sendAs(token, "GET", `/api/collections/counters/${id}`)).body).toMatchObject({ value: kept })
    }
    expect((await sendAs(token, "GET", "/api/collections/counters?limit=1")).body).toMatchObject({
      total: writeCount + 2,
    })

    // The rule of access is about HTTP: within the project any function may be called.
    expect((await post("/api/functions/inner", {})).status).toBe(403)
    expect((await post("/api/functions/outer", { n: 1 })).body).toMatchObject({
      output: { who: user.id, got: { n: 1 } },
    })
    expect((await post("/api/functions/outer", { bad: true })).body).toMatchObject({
      output: { code: "TEAPOT", status: 418 },
    })
  },
)
