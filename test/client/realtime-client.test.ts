import { connect, createServer } from "node:net"
import type { AddressInfo, Socket } from "node:net"

import { expect, onTestFinished, test } from "vitest"

import { LiveView } from "../../src/client/live-view.ts"
import { followQuery } from "../../src/client/realtime-client.ts"
import type { FollowedEvent, FollowOptions } from "../../src/client/realtime-client.ts"
import { sendJson } from "../daemon/http/http-fixture.ts"
import { startLive } from "../daemon/realtime/live-fixture.ts"

const delays = { firstMs: 10, longestMs: 50 }

/** Follows until the test ends; hands the events out one by one. */
function follow(options: Omit<FollowOptions, "delays" | "signal">): AsyncGenerator<FollowedEvent> {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  return followQuery({ ...options, delays, signal: ended.signal })
}

async function next(events: AsyncGenerator<FollowedEvent>): Promise<FollowedEvent> {
  const event = await events.next()
  if (event.done === true) throw new Error("It ended.")
  return event.value
}

/** Stands between client and server, and cuts their connections as a network does. */
async function openProxy(socketPath: string): Promise<{ readonly url: string; cut(): void }> {
  const open = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(socketPath)
    for (const socket of [client, server]) {
      open.add(socket)
      socket.on("error", () => undefined)
      socket.on("close", () => open.delete(socket))
    }
    client.pipe(server).pipe(client)
  })
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve))
  const cut = (): void => {
    for (const socket of open) socket.destroy()
  }
  onTestFinished(() => {
    cut()
    proxy.close()
  })
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, cut }
}

test("a query is followed over lost connections, from where each was lost", async () => {
  const { write, socketPath } = await startLive()
  await write("one")
  const proxy = await openProxy(socketPath)
  const events = follow({ address: { url: proxy.url }, query: { collection: "notes", sort: "title" } })
  expect(await next(events)).toMatchObject({ type: "snapshot", payload: { docs: [{ title: "one" }] } })
  await write("two")
  expect(await next(events)).toMatchObject({ type: "delta", payload: { changes: { inserts: [{ title: "two" }] } } })

  proxy.cut()
  await write("three")
  expect(await next(events)).toMatchObject({ type: "lost" })
  expect(await next(events)).toEqual({ type: "resumed" })
  expect(await next(events)).toMatchObject({ type: "delta", payload: { changes: { inserts: [{ title: "three" }] } } })

  await write("four")
  expect(await next(events)).toMatchObject({ payload: { changes: { inserts: [{ title: "four" }] } } })
})

test("what is wrong with the query, the token or the server is thrown", async () => {
  const { port } = await startLive({ server: { insecureOpen: false }, config: { connectionsMax: 1 } })
  const address = { url: `http://127.0.0.1:${port}` }
  const unknown = follow({ address, query: { collection: "secrets" } })
  await expect(unknown.next()).rejects.toMatchObject({ code: "COLLECTION_NOT_FOUND" })
  const stranger = follow({ address, token: "nobody's", query: { collection: "notes" } })
  await expect(stranger.next()).rejects.toMatchObject({ code: "INVALID_TOKEN" })
  const header = follow({ address: { ...address, token: "nobody's" }, query: { collection: "notes" } })
  await expect(header.next()).rejects.toMatchObject({ code: "INVALID_TOKEN" })
  const nowhere = follow({ address: { socketPath: "/nowhere/alyx.sock" }, query: { collection: "notes" } })
  await expect(nowhere.next()).rejects.toMatchObject({ code: "NO_DAEMON" })
  const other = createServer((socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"))
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => void other.close())
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  const wrong = follow({ address: { url }, query: { collection: "notes" } })
  await expect(wrong.next()).rejects.toMatchObject({ code: "DAEMON_UNREACHABLE" })
})

test("the signal ends it, also while it waits for a server to come back", async () => {
  const { app, socketPath } = await startLive()
  const ended = new AbortController()
  const events = followQuery({
    address: { socketPath },
    query: { collection: "notes" },
    signal: ended.signal,
    delays: { firstMs: 60_000, longestMs: 60_000 },
  })
  expect(await next(events)).toMatchObject({ type: "snapshot" })
  await app.close({ drainTimeoutMs: 0 })
  expect(await next(events)).toMatchObject({ type: "lost" })
  const last = events.next()
  ended.abort()
  expect(await last).toEqual({ done: true, value: undefined })
})

test("a view has the documents in the order of the server, also when their sort is not among the fields", async () => {
  const { port, socketPath } = await startLive()
  const write = (title: string) =>
    sendJson(port, "POST", "/api/collections/notes", { title }).then(({ body }) => body.id as string)
  const query = { collection: "notes", sort: "-title", fields: "id", limit: 3 }
  const first = await write("m")
  const events = follow({ address: { socketPath }, query })
  const view = new LiveView({ primary: "id" })
  const take = async (): Promise<readonly unknown[]> => {
    const event = await next(events)
    if (event.type === "snapshot") view.takeSnapshot(event.payload)
    if (event.type === "delta") view.takeDelta(event.payload)
    return view.rows().map(({ doc, happened }) => [doc["id"], happened])
  }

  expect(await take()).toEqual([[first, null]])
  const last = await write("a")
  expect(await take()).toEqual([
    [first, null],
    [last, "inserted"],
  ])
  const top = await write("z")
  expect(await take()).toEqual([
    [top, "inserted"],
    [first, null],
    [last, null],
  ])
  const middle = await write("n")
  expect(await take()).toEqual([
    [top, null],
    [middle, "inserted"],
    [first, null],
    [last, "deleted"],
  ])
})

test("a view says what happened to each document at the last change", () => {
  const view = new LiveView({ primary: "id" })
  view.takeSnapshot({
    docs: [
      { id: "a", n: 3 },
      { id: "b", n: 2 },
    ],
    total: 2,
  })
  view.takeDelta({
    changes: {
      inserts: [{ id: "c", n: 1 }],
      updates: [{ id: "b", n: 4 }],
      deletes: ["a"],
      positions: [["c", 1]],
    },
    total: 7,
  })
  expect(view.rows()).toEqual([
    { doc: { id: "a", n: 3 }, happened: "deleted" },
    { doc: { id: "b", n: 4 }, happened: "updated" },
    { doc: { id: "c", n: 1 }, happened: "inserted" },
  ])
  view.takeDelta({ changes: { inserts: [], updates: [], deletes: ["c"] } })
  expect(view.rows().map(({ doc, happened }) => [doc["id"], happened])).toEqual([
    ["b", null],
    ["c", "deleted"],
  ])
  expect(view.total).toBe(7)
})
