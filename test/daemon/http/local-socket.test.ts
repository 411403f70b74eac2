import { existsSync, statSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import path from "node:path"

import { execa } from "execa"
import { expect, test } from "vitest"

import { tempFolder } from "../../helpers/temp-folder.ts"
import { send, startHttp } from "./http-fixture.ts"

test("only the owner may enter the folder and speak to the socket", async () => {
  const socketPath = path.join(await tempFolder(), "run", "daemon.sock")
  const { app } = await startHttp()

  await app.listenLocal(socketPath)

  expect((statSync(path.dirname(socketPath)).mode & 0o777).toString(8)).toBe("700")
  expect((statSync(socketPath).mode & 0o777).toString(8)).toBe("600")
  expect((await send(socketPath, { path: "/api/admin/stats" })).body).toEqual({ uptimeSeconds: 1 })
})

test("the socket is gone after the end", async () => {
  const socketPath = path.join(await tempFolder(), "daemon.sock")
  const { app } = await startHttp()
  await app.listenLocal(socketPath)

  await app.close({ drainTimeoutMs: 100 })

  expect(existsSync(socketPath)).toBe(false)
})

test("a socket that a killed daemon left is taken over", async () => {
  const socketPath = path.join(await tempFolder(), "daemon.sock")
  const script = `require("node:net").createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, "SIGKILL"))`
  await execa(process.execPath, ["-e", script], { reject: false })
  expect(existsSync(socketPath)).toBe(true)
  const { app } = await startHttp()

  await app.listenLocal(socketPath)

  expect((await send(socketPath)).status).toBe(200)
})

test("a socket on which somebody answers is left alone", async () => {
  const socketPath = path.join(await tempFolder(), "daemon.sock")
  const other = createServer().listen(socketPath)
  const { app } = await startHttp()

  await expect(app.listenLocal(socketPath)).rejects.toMatchObject({ code: "PORT_IN_USE" })

  expect(existsSync(socketPath)).toBe(true)
  other.close()
})

test("a file in the place of the socket is left alone", async () => {
  const folder = await tempFolder()
  const socketPath = path.join(folder, "daemon.sock")
  await mkdir(folder, { recursive: true })
  await writeFile(socketPath, "precious")
  const { app } = await startHttp()

  await expect(app.listenLocal(socketPath)).rejects.toMatchObject({ code: "FILE_EXISTS" })

  expect(statSync(socketPath).size).toBe(8)
})

test("a web page that reaches the local socket is refused", async () => {
  const socketPath = path.join(await tempFolder(), "daemon.sock")
  const { app } = await startHttp()
  await app.listenLocal(socketPath)

  const answer = await send(socketPath, { path: "/api/admin/stats", headers: { origin: "http://localhost:5173" } })

  expect(answer).toMatchObject({ status: 403, body: { error: { code: "FORBIDDEN_ORIGIN" } } })
})

test("a folder that cannot be made is told by its path", async () => {
  const folder = await tempFolder()
  await writeFile(path.join(folder, "file"), "")
  const { app } = await startHttp()

  await expect(app.listenLocal(path.join(folder, "file", "run", "daemon.sock"))).rejects.toMatchObject({
    code: "FILE_UNWRITABLE",
    message: expect.stringContaining(path.join(folder, "file", "run")),
  })
})
