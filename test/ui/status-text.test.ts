import { expect, test } from "vitest"

import type { StatsResponse } from "../../src/protocol/admin-api.ts"
import { paintNothing } from "../../src/ui/paint.ts"
import { renderStatus } from "../../src/ui/status-text.ts"

const stats: StatsResponse = {
  daemon: {
    version: "1.2.3",
    protocol: 1,
    mode: "dev",
    pid: 42,
    startedAt: "2026-11-21T08:30:15.000Z",
    projectRoot: "/home/ada/shop",
    socketPath: "/home/ada/shop/.alyx/daemon.sock",
    url: null,
    logFile: null,
  },
  uptimeSeconds: 3_700,
  node: "26.10.0",
  memory: { rssBytes: 83 * 1024 ** 2, heapUsedBytes: 15 * 1024 ** 2 },
  database: { path: "data/alyx.db", fileBytes: 4_096, walBytes: 0, commitCount: 0, durability: "full" },
  schema: {
    hash: "0123456789abcdef",
    collections: [
      { name: "posts", documentCount: 1_204 },
      { name: "tags", documentCount: null },
    ],
  },
  requests: { total: 12, failed: 1, inFlight: 0 },
  notices: ["webhooks: not acted on yet."],
  problem: null,
  plan: null,
  realtime: null,
  functions: null,
  clients: 1,
}

test("the status of a daemon fits a screen", () => {
  expect(renderStatus(stats, paintNothing)).toBe(`● Alyx 1.2.3 · dev mode · process 42 · up 1 h 1 min

  Address   no TCP port
  Project   /home/ada/shop
  Schema    2 collections, 0123456789ab
  Database  data/alyx.db, 4.0 KB, durability full
  Requests  12, 1 failed (5xx), 0 now
  Memory    83.0 MB, 15.0 MB of it JavaScript; Node 26.10.0
  Log       where it was started

Documents
  posts  1,204
  tags       …

! webhooks: not acted on yet.`)
})

test("sockets and what they follow are shown when there are some", () => {
  const live = { sockets: 0, subscriptions: 0, groups: 0, messages: 7, slowestFanOutMs: 1, untakenBytes: 0 }
  expect(renderStatus({ ...stats, realtime: live }, paintNothing)).not.toContain("Live")
  const busy = { ...live, sockets: 1, subscriptions: 12, groups: 2, messages: 1_200, untakenBytes: 3_000 }
  expect(renderStatus({ ...stats, realtime: busy }, paintNothing)).toContain(
    "  Live      1 socket, 12 subscriptions in 2 groups, 1,200 messages sent, 2.9 KB not taken yet\n",
  )
})

test("functions are counted when there are some, and those that fail are named", () => {
  expect(renderStatus({ ...stats, functions: { count: 3, failing: [] } }, paintNothing)).toContain(
    "  Functions  3 functions\n",
  )
  const failing = { count: 3, failing: ["create-post", "re\u001B[2Jport"] }
  expect(renderStatus({ ...stats, functions: failing }, paintNothing)).toContain(
    "  Functions  3 functions, 2 failing: create-post, re\\e[2Jport\n",
  )
})
