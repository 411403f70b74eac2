import type { FunctionStats, RealtimeStats, StatsResponse } from "../protocol/admin-api.ts"
import { countOf, showBytes, showCount, showSeconds } from "./amount.ts"
import type { Paint } from "./paint.ts"
import { printable } from "./printable.ts"
import { renderTable } from "./table.ts"

/** What `alyx status` prints for a running daemon; problems of its files are shown by the caller. */
export function renderStatus(stats: StatsResponse, paint: Paint): string {
  const { daemon, database, memory, requests, schema } = stats
  const head = [
    `${paint("good", "●")} ${paint("strong", `Alyx ${daemon.version}`)}`,
    `${daemon.mode} mode`,
    `process ${daemon.pid}`,
    `up ${showSeconds(stats.uptimeSeconds)}`,
  ].join(" · ")
  const wal = database.walBytes > 0 ? ` + ${showBytes(database.walBytes)} log` : ""
  const rows = [
    ["Address", daemon.url === null ? "no TCP port" : paint("name", daemon.url)],
    ["Project", printable(daemon.projectRoot)],
    ["Schema", `${countOf(schema.collections.length, "collection")}, ${schema.hash.slice(0, 12)}`],
    [
      "Database",
      `${printable(database.path)}, ${showBytes(database.fileBytes)}${wal}, durability ${database.durability}`,
    ],
    [
      "Requests",
      `${showCount(requests.total)}, ${showCount(requests.failed)} failed (5xx), ${showCount(requests.inFlight)} now`,
    ],
    ...liveRow(stats.realtime),
    ...functionsRow(stats.functions, paint),
    [
      "Memory",
      `${showBytes(memory.rssBytes)}, ${showBytes(memory.heapUsedBytes)} of it JavaScript; Node ${stats.node}`,
    ],
    ["Log", daemon.logFile === null ? "where it was started" : printable(daemon.logFile)],
  ].map(([name, text]) => [paint("quiet", name!), text!])
  const collections = schema.collections.map(({ name, documentCount }) => [
    name,
    documentCount === null ? "…" : showCount(documentCount),
  ])
  const blocks = [
    head,
    renderTable(rows, { indent: 2 }),
    collections.length === 0
      ? ""
      : `${paint("strong", "Documents")}\n${renderTable(collections, { right: [1], indent: 2 })}`,
    stats.notices.map((notice) => `${paint("warn", "!")} ${printable(notice)}`).join("\n"),
  ]
  return blocks.filter((block) => block !== "").join("\n\n")
}

/** Shown when there are some. */
function functionsRow(functions: FunctionStats | null, paint: Paint): string[][] {
  if (functions === null) return []
  const { count, failing } = functions
  const names = failing.map((name) => printable(name)).join(", ")
  const failed = failing.length === 0 ? "" : `, ${paint("bad", `${showCount(failing.length)} failing`)}: ${names}`
  return [["Functions", `${countOf(count, "function")}${failed}`]]
}

/** Shown when somebody follows something. */
function liveRow(live: RealtimeStats | null): string[][] {
  if (live === null || live.sockets + live.subscriptions === 0) return []
  const waits = live.untakenBytes > 0 ? `, ${showBytes(live.untakenBytes)} not taken yet` : ""
  const followed = `${countOf(live.subscriptions, "subscription")} in ${countOf(live.groups, "group")}`
  return [
    ["Live", `${countOf(live.sockets, "socket")}, ${followed}, ${countOf(live.messages, "message")} sent${waits}`],
  ]
}
