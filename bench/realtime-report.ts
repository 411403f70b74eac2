import type { FanOut, RealtimeReport } from "./realtime.ts"

/** The tables of live queries as Markdown. */
export function renderRealtime({ fanOuts, idle }: RealtimeReport): string {
  return [
    "| live queries: from a write to its arrival | server | p50 ms | p95 ms | p99 ms | CPU ms a write | followed by nobody | by one | KiB a client |",
    "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ...fanOuts.map(fanOutRow),
    "",
    "| a write beside queries that it does not concern | found by | p50 ms | CPU ms a write |",
    "|---|---|---:|---:|",
    ...idle.map(
      ({ what, subscriptions, p50Ms, cpuMsPerWrite }) =>
        `| ${subscriptions.toLocaleString("en")} subscriptions | ${what} | ${p50Ms.toFixed(2)} | ${cpuMsPerWrite.toFixed(2)} |`,
    ),
    "",
  ].join("\n")
}

function fanOutRow({ what, server, p50Ms, p95Ms, p99Ms, cpuMsPerWrite, bareCpuMs, kibPerClient }: FanOut): string {
  const figures = [p50Ms, p95Ms, p99Ms, cpuMsPerWrite, ...bareCpuMs].map((figure) => figure.toFixed(1))
  return `| ${[what, server, ...figures, kibPerClient.toFixed(0)].join(" | ")} |`
}
