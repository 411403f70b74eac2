import { writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import path from "node:path"

import { expect, onTestFinished, test } from "vitest"

import { checkPort, checkWatches, isAtLeast } from "../../src/doctor/machine-checks.ts"
import { configToCheck } from "../../src/doctor/project-checks.ts"
import { projectPaths } from "../../src/project/paths.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

test("versions are compared part by part, as numbers", () => {
  expect(isAtLeast("26.10.0", "24.21")).toBe(true)
  expect(isAtLeast("24.21.0", "24.21")).toBe(true)
  expect(isAtLeast("24.9.1", "24.21")).toBe(false)
  expect(isAtLeast("20.20.2", "24.21")).toBe(false)
})

test("few watches are a warning, many are fine, and other systems have no such number", async () => {
  const file = path.join(await tempFolder(), "max_user_watches")
  expect(checkWatches(file)).toBeUndefined()
  await writeFile(file, "512\n")
  expect(checkWatches(file)).toMatchObject({ status: "warning", next: expect.stringContaining("ALYX_WATCH=poll") })
  await writeFile(file, "65536\n")
  expect(checkWatches(file)).toMatchObject({ status: "ok" })
})

test("a port that another program has is told, and one that is free is not kept", async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const surroundings = await surroundingsOf(port)
  expect(await checkPort(surroundings, undefined)).toMatchObject({
    status: "warning",
    message: `Another program listens on 127.0.0.1:${port}.`,
  })
  await new Promise((resolve) => server.close(resolve))
  expect(await checkPort(surroundings, undefined)).toMatchObject({ status: "ok" })
  expect(await checkPort(surroundings, undefined)).toMatchObject({ status: "ok" })
})

async function surroundingsOf(port: number): Promise<Parameters<typeof checkPort>[0]> {
  const root = await tempFolder()
  const env = { ALYX_SERVER_PORT: String(port), ALYX_SERVER_HOST: "127.0.0.1" }
  const { config } = configToCheck(root, env)
  return { paths: projectPaths(root), config, env, version: "0", packageRoot: root, now: () => new Date() }
}
