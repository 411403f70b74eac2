import { once } from "node:events"
import { Agent, createServer, request as ask } from "node:http"
import type { AddressInfo } from "node:net"

import { expect, onTestFinished, test } from "vitest"

import { openRaw, send, sendJson, startHttp } from "./http-fixture.ts"

const head = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"
const bodyHead =
  "POST /api/collections/notes HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n"

test("closing lets an answer in work finish, says goodbye with it, and closes idle connections at once", async () => {
  const { app, port } = await startHttp()
  const [idle, unused, busy] = [await openRaw(port), await openRaw(port), await openRaw(port)]
  idle.write(head)
  await idle.until(/ok/)
  busy.write(`${bodyHead}{"title"`)
  await send(port)

  const closed = app.close({ drainTimeoutMs: 20_000 })
  const [idleText, unusedText] = await Promise.all([idle.received, unused.received])
  busy.write(':"a"}')
  const busyText = await busy.received
  await closed

  expect(idleText).toMatch(/connection: keep-alive/i)
  expect(unusedText).toBe("")
  expect(busyText).toMatch(/^HTTP\/1\.1 201 /)
  expect(busyText).toMatch(/connection: close/i)
  await expect(send(port)).rejects.toThrow()
})

test("closing does not wait for keep-alive agents, even while requests keep coming", async () => {
  const { app, port } = await startHttp()
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  onTestFinished(() => agent.destroy())
  let answered = 0
  const reached = Promise.withResolvers<void>()
  const loop = async (): Promise<void> => {
    const asking = ask({ port, agent, path: "/health/live", headers: { host: "localhost" } }).end()
    const [response] = await once(asking, "response")
    response.resume()
    await once(response, "end")
    answered += 1
    if (answered === 50) reached.resolve()
    return loop()
  }
  const loops = Array.from({ length: 8 }, () => loop().catch(() => undefined))
  await reached.promise

  const before = performance.now()
  await app.close({ drainTimeoutMs: 20_000 })

  expect(performance.now() - before).toBeLessThan(10_000)
  await Promise.all(loops)
})

test("after the deadline what still runs is cut off", async () => {
  const { app, port } = await startHttp()
  const stuck = await openRaw(port)
  stuck.write(`${bodyHead}{`)
  await send(port)

  await app.close({ drainTimeoutMs: 20 })

  expect(await stuck.received).toBe("")
  expect(app.requestCounts().inFlight).toBe(0)
})

test("closing twice, or without ever having listened, does no harm", async () => {
  const { app } = await startHttp()

  await Promise.all([app.close({ drainTimeoutMs: 100 }), app.close({ drainTimeoutMs: 100 })])
  await app.close({ drainTimeoutMs: 100 })

  expect(app.address()).toBeNull()
})

test("an address that is opened while the end begins is closed again", async () => {
  const { app } = await startHttp()

  const opening = app.relisten({ host: "127.0.0.1", port: 0 }, { drainTimeoutMs: 1_000 })
  const closing = app.close({ drainTimeoutMs: 1_000 })

  await expect(opening).rejects.toMatchObject({ code: "SHUTTING_DOWN" })
  await closing
  expect(app.address()).toBeNull()
})

test("moving to another port opens the new one first and drains the old one", async () => {
  const { app, port } = await startHttp()
  const busy = await openRaw(port)
  busy.write(`${bodyHead}{"title"`)
  await send(port)

  const moved = await app.relisten({ host: "127.0.0.1", port: 0 }, { drainTimeoutMs: 20_000 })
  const answer = await send(moved.port)
  busy.write(':"b"}')

  expect(answer.status).toBe(200)
  expect(app.address()).toEqual(moved)
  expect(moved.port).not.toBe(port)
  expect(await busy.received).toMatch(/^HTTP\/1\.1 201 [^]*connection: close/i)
  await expect(send(port)).rejects.toThrow()
})

test("moving to another host on the same port works although the old one is in the way", async () => {
  const { app, port } = await startHttp()

  const moved = await app.relisten({ host: "0.0.0.0", port }, { drainTimeoutMs: 1_000 })

  expect(moved).toEqual({ host: "0.0.0.0", port })
  expect((await send(port)).status).toBe(200)
})

test("the same address can be opened anew, so that new settings act", async () => {
  const { app, port, configure } = await startHttp()

  configure({ keepAliveTimeoutMs: 5_000 })
  await app.relisten({ host: "127.0.0.1", port }, { drainTimeoutMs: 1_000 })
  const raw = await openRaw(port)
  raw.write(head)

  expect(await raw.until(/ok/)).toMatch(/keep-alive: timeout=5\r/i)
})

test("when the old one had to make room in vain, it comes back", async () => {
  const { app, port } = await startHttp()
  const other = createServer().listen(port, "127.0.0.2")
  await once(other, "listening")
  onTestFinished(() => void other.close())

  const move = app.relisten({ host: "127.0.0.2", port }, { drainTimeoutMs: 1_000 })

  await expect(move).rejects.toMatchObject({ code: "PORT_IN_USE" })
  expect(app.address()).toEqual({ host: "127.0.0.1", port })
  expect((await send(port)).status).toBe(200)
})

test("an address that cannot be opened is refused with the reason, and the old one stays", async () => {
  const { app, port } = await startHttp()
  const taken = createServer().listen(0, "127.0.0.1")
  await once(taken, "listening")
  onTestFinished(() => void taken.close())
  const takenPort = (taken.address() as AddressInfo).port
  const move = (host: string, to: number) => app.relisten({ host, port: to }, { drainTimeoutMs: 0 })

  await expect(move("127.0.0.1", takenPort)).rejects.toMatchObject({ code: "PORT_IN_USE" })
  await expect(move("203.0.113.1", 0)).rejects.toMatchObject({ code: "ADDRESS_UNAVAILABLE" })
  await expect(move("203.0.113.1", port)).rejects.toMatchObject({ code: "ADDRESS_UNAVAILABLE" })
  await expect(move("no.such.host.invalid", 0)).rejects.toMatchObject({ code: "ADDRESS_UNAVAILABLE" })

  expect((await send(port)).status).toBe(200)
})

test("readiness ends when the end begins, and requests are counted", async () => {
  const { app, port } = await startHttp()
  await send(port, { path: "/health/ready" })
  await send(port, { path: "/nowhere" })
  const busy = await openRaw(port)
  busy.write("GET /health/re")
  await sendJson(port, "POST", "/api/collections/notes", { title: "a" })

  const closed = app.close({ drainTimeoutMs: 20_000 })
  busy.write("ady HTTP/1.1\r\nhost: localhost\r\n\r\n")

  expect(await busy.received).toMatch(/^HTTP\/1\.1 503 [^]*"code":"SHUTTING_DOWN"/)
  await closed
  expect(app.requestCounts()).toEqual({ total: 4, failed: 1, inFlight: 0 })
})
