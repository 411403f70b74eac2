import type { FunctionsReport, FunctionTimes } from "./measure.ts"

/** What a row may take at the median, in milliseconds; the first is meant over plain Fastify. */
const budgets: Readonly<Record<string, string>> = {
  "HTTP → function → HTTP, warm": "1 ms over Fastify",
  "build, warm": "100 ms",
  "first call of a function": "10 ms",
  "source saved → new code answers": "300 ms",
}

/** The tables as Markdown. */
export function renderFunctions(report: FunctionsReport): string {
  const { rows, instanceMiB, devMiB, beside } = report
  return [
    "| functions | server | p50 ms | p99 ms | budget, p50 |",
    "|---|---|---:|---:|---:|",
    ...rows.map((row) => timesRow(row, row.server.startsWith("Alyx") ? (budgets[row.what] ?? "") : "")),
    `| memory of a warm instance | Alyx | ${instanceMiB.toFixed(1)} MiB | | |`,
    `| memory of \`alyx dev\` with one function, esbuild included, after 60 s | Alyx | ${devMiB.toFixed(0)} MiB | | 200 MB |`,
    "",
    "| API reads beside a function that … | p50 ms | p99 ms |",
    "|---|---:|---:|",
    ...beside.map(
      ({ what, p50Ms, p99Ms }) => `| ${attackNames[what] ?? what} | ${p50Ms.toFixed(2)} | ${p99Ms.toFixed(2)} |`,
    ),
    "",
  ].join("\n")
}

const attackNames: Readonly<Record<string, string>> = {
  "at rest": "is not there",
  loop: "loops endlessly",
  recurse: "recurses endlessly",
  allocate: "allocates endlessly",
  log: "logs endlessly",
  output: "answers 64 MB",
  "host-storm": "asks the host without end",
}

function timesRow({ what, server, p50Ms, p99Ms }: FunctionTimes, budget: string): string {
  return `| ${what} | ${server} | ${shown(p50Ms)} | ${shown(p99Ms)} | ${budget} |`
}

function shown(ms: number): string {
  return ms < 1 ? ms.toFixed(3) : ms.toFixed(2)
}
