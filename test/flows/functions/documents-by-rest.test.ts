import path from "node:path"
import { writeFile } from "node:fs/promises"

import { expect, test } from "vitest"

import { canCompileC, compileC } from "../../helpers/compiled-plugin.ts"
import { startDaemon, writeProject } from "../../helpers/running-daemon.ts"
import type { Answer, RunningDaemon } from "../../helpers/running-daemon.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

const schema = `collections:
  notes:
    fields:
      text: { type: string }
      owner: { type: string }
    rules:
      create: "auth.id != null && doc.owner == auth.id"
      read: "doc.owner == auth.id"
`

/** Ours, by fetch: with the token of its call it is its caller. */
const byFetch = `import { defineFunction } from "@alyx/functions"
export default defineFunction({
  async handler(input, ctx) {
    const response = await fetch(ctx.url + "/api/collections/notes", {
      method: "POST",
      headers: { authorization: "Bearer " + ctx.token, "content-type": "application/json" },
      body: JSON.stringify(input),
    })
    return { status: response.status, body: await response.json() }
  },
})
`

test("a function of ours creates a document through REST, as its caller, by the rules", async () => {
  const daemon = await startProject({ "functions/create.ts": byFetch })

  await createAsEverybody(daemon)
})

test.runIf(canCompileC())("a plug-in in C creates a document through REST, as its caller, by the rules", async () => {
  const daemon = await startProject(
    { "functions/create.yaml": "entry: create\n" },
    { "functions/create.wasm": await compileC("kv") },
  )

  await createAsEverybody(daemon)
})

/** Who owns the document may create it through the function; another one, and nobody, may not. */
async function createAsEverybody({ send }: RunningDaemon): Promise<void> {
  const ada = await register(send, "ada@example.com")
  const bob = await register(send, "bob@example.com")
  const document = { text: "Grüße", owner: ada.id }

  const own = await send("POST", "/api/functions/create", document, ada.headers)
  const others = await send("POST", "/api/functions/create", document, bob.headers)
  const nobodys = await send("POST", "/api/functions/create", document)

  expect(own).toMatchObject({ status: 200, body: { output: { status: 201, body: document } } })
  expect(others.body.output).toMatchObject({ status: 403, body: { error: { code: "FORBIDDEN" } } })
  expect(nobodys.body.output).toMatchObject({ status: 401, body: { error: { code: "UNAUTHENTICATED" } } })
  const kept = await send("GET", "/api/collections/notes", undefined, ada.headers)
  expect(kept.body.docs).toMatchObject([{ ...document, id: own.body.output.body.id }])
  expect((await send("GET", "/api/collections/notes", undefined, bob.headers)).body.docs).toEqual([])
}

async function register(
  send: RunningDaemon["send"],
  email: string,
): Promise<{ readonly id: string; readonly headers: Record<string, string> }> {
  const answer: Answer = await send("POST", "/api/auth/register", { email, password: "correct horse battery" })
  expect(answer).toMatchObject({ status: 201 })
  return { id: answer.body.user.id, headers: { authorization: `Bearer ${answer.body.access_token}` } }
}

async function startProject(
  files: Readonly<Record<string, string>>,
  plugins: Readonly<Record<string, Uint8Array>> = {},
): Promise<RunningDaemon> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema, ...files })
  for (const [name, bytes] of Object.entries(plugins)) await writeFile(path.join(folder, name), bytes)
  return startDaemon({ folder, env: { ALYX_SERVER_INSECURE_OPEN: "false" } })
}
