import { mkdir, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { openDashboard } from "../helpers/open-dashboard.ts"
import { sendTo } from "../helpers/running-daemon.ts"

const key = { enter: "\r", escape: "\u001B", backTab: "\u001B[Z" }

const source = [
  'import { defineFunction } from "@alyx/functions"',
  "export default defineFunction({",
  "  handler(input, ctx) {",
  '    ctx.log.info("said hello", { times: 2 })',
  '    return "hello"',
  "  },",
  "})",
  "",
].join("\n")

test("the dashboard lists functions, shows their last calls, and where one does not build", async () => {
  const { screen, url, folder } = await openDashboard({ rows: 40 })
  await screen.shows("alyx generate function hello")
  const file = path.join(folder, "functions/hello.ts")

  await mkdir(path.dirname(file))
  await writeFile(file, source)
  await screen.shows(/✓ hello built/)
  await screen.shows(/● hello .*not called yet/)
  await sendTo(url, "POST", "/api/functions/hello", {})
  await screen.shows(/● hello +1 · 0 err {2}p99/)

  screen.type(key.backTab + key.enter)
  await screen.shows(/─ Function ─/)
  await screen.shows(/said hello times=2/)
  const opened = screen.text()
  screen.type(key.escape)
  expect(opened).toMatch(/Answers at +\/api\/functions\/hello/)
  expect(opened).toMatch(/success [\d.]+ m?s · http · request req_/)

  await writeFile(file, source.replace("return", "retrun"))
  await screen.shows(/✗ hello does not build/)
  await screen.shows(/functions\/hello\.ts:5:\d+/)
  await screen.shows(/^.*\| +retrun "hello"/m)
  await writeFile(file, source)
  await screen.shows(/● hello +1 · 0 err/)
})
