import { expect, test } from "vitest"

import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = `version: 1
collections:
  notes:
    fields:
      text: { type: text }
`

test("the built product answers every route", async () => {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema })
  const { send, stop } = await startDaemon({ folder })

  const root = await send("GET", "/")
  const health = await send("GET", "/health")
  const live = await send("GET", "/health/live")
  const ready = await send("GET", "/health/ready")
  const stats = await send("GET", "/health/stats")
  const created = await send("POST", "/api/collections/notes", { text: "x".repeat(10_000) })
  const path = `/api/collections/notes/${created.body.id}`
  const got = await send("GET", path, undefined, { "accept-encoding": "identity" })
  const packed = await send("GET", path, undefined, { "accept-encoding": "gzip" })
  const list = await send("GET", "/api/collections/notes?fields=id")
  const changed = await send("PATCH", path, { text: "short" })
  const deleted = await send("DELETE", path)
  const batch = await send("POST", "/api/batch", {
    operations: [{ op: "create", collection: "notes", data: { text: "b" } }],
  })
  const nothing = await send("GET", "/nowhere")

  expect(root).toMatchObject({ status: 200, body: { name: "alyx" } })
  expect(health).toMatchObject({ status: 200, body: { status: "ok", checks: { database: "ok" } } })
  expect(live).toMatchObject({ status: 200, body: { status: "ok" } })
  expect(ready).toMatchObject({ status: 200, body: { status: "ok" } })
  expect(stats).toMatchObject({ status: 200, body: { status: "ok", collections: 1 } })
  expect([created.status, got.status, list.status, changed.status, deleted.status]).toEqual([201, 200, 200, 200, 204])
  expect(packed.headers.get("content-encoding")).toBe("gzip")
  expect(packed.body).toEqual(got.body)
  expect(batch.status).toBe(200)
  expect(nothing).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } })
  for (const scrape of [await send("GET", "/metrics"), await send("GET", "/metrics")]) {
    expect(scrape.status).toBe(200)
    const figures = parsePrometheus(String(scrape.body))
    expect(figures.get('alyx_http_request_duration_seconds_count{method="GET",route="/health",status="200"}')).toBe(1)
    expect(figures.get("process_resident_memory_bytes")).toBeGreaterThan(1_000_000)
    expect(figures.get("alyx_database_commits_total")).toBeGreaterThan(0)
  }
  expect(await stop()).toBe(0)
})

/** The figures of a scrape; throws at a line that Prometheus could not read. It reads NaN in any case of letters. */
function parsePrometheus(text: string): Map<string, number> {
  const figures = new Map<string, number>()
  for (const line of text.trimEnd().split("\n")) {
    if (line === "" || /^# (?:HELP|TYPE) [a-z]\w* ./.test(line)) continue
    const found = /^([a-z]\w*(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})?) (-?\d[\d.e+-]*|nan)$/i.exec(line)
    if (found === null) throw new Error(`no figure: ${line}`)
    figures.set(found[1]!, Number(found[2]))
  }
  return figures
}
