import path from "node:path"

import { expect, test, vi } from "vitest"

import type { RequestDetail } from "../../src/protocol/admin-api.ts"
import { send } from "../daemon/http/http-fixture.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import type { Answer } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = `version: 1
collections:
  accounts:
    fields:
      name: { type: string, unique: true }
      password: { type: string }
`

test("a request that alyx dev served is told with its SQL, and with no secret, in the log either", async () => {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema })
  const daemon = await startDaemon({ folder, command: ["dev", "--foreground", "--verbose", "--port", "0"] })
  let said = ""
  daemon.child.stdout!.on("data", (text: Buffer) => (said += text.toString()))

  const created = await daemon.send("POST", "/api/collections/accounts", { name: "ada", password: "hunter2" })
  const asked = await daemon.send("GET", "/api/collections/accounts?filter=password:eq:hunter2&sort=-name")
  const conflict = await daemon.send("POST", "/api/collections/accounts", { name: "ada", password: "hunter2" })
  const details = await Promise.all([created, asked, conflict].map((answer) => detailOf(folder, answer)))

  expect([created.status, asked.status, conflict.status]).toEqual([201, 200, 409])
  const [write, list, refused] = details.map(({ statements }) => statements)
  expect(write).toMatchObject([
    { sql: expect.stringMatching(/^insert into/i), rowCount: 1, where: "daemon" },
    { sql: expect.stringMatching(/^select/i), rowCount: 1, where: "daemon" },
  ])
  expect(list!.length).toBeGreaterThanOrEqual(2)
  expect(refused).toMatchObject([{ sql: expect.stringMatching(/^insert into/i), rowCount: 0 }])
  expect(details[1]!.entry.url).toBe("/api/collections/accounts?filter=password:eq:[hidden]&sort=-name")
  expect(JSON.parse(details[0]!.response.body!)).toMatchObject({ name: "ada", password: "[hidden]" })
  await vi.waitFor(() => expect(said).toContain("[hidden]"))
  expect(JSON.stringify(details) + said).not.toContain("hunter2")
  expect(await daemon.stop()).toBe(0)
})

/** An answer may be read by its client a moment before the daemon sees its end. */
function detailOf(folder: string, answer: Answer): Promise<RequestDetail> {
  const id = answer.headers.get("x-request-id")
  return vi.waitFor(async () => {
    const found = await send(path.join(folder, ".alyx/daemon.sock"), { path: `/api/admin/requests/${id}` })
    expect(found.status).toBe(200)
    return found.body as RequestDetail
  })
}
