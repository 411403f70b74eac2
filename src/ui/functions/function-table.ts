import type { FunctionDetail, FunctionsResponse } from "../../protocol/functions-api.ts"
import { countOf, showCount, showMs } from "../amount.ts"
import type { Meaning, Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { renderError } from "../render-error.ts"
import { renderTable } from "../table.ts"

/** What a function is said to be: one that is not served, and was not refused either, is built for the first time. */
export type ShownState = FunctionDetail["state"] | "building"

/** How states of functions look. */
export const stateMeanings: Readonly<Record<ShownState, Meaning>> = {
  serving: "good",
  building: "warn",
  stale: "warn",
  failed: "bad",
}

/** The state that a person is told. */
export function shownState({ state, lastBuild }: Pick<FunctionDetail, "state" | "lastBuild">): ShownState {
  return state === "failed" && lastBuild === null ? "building" : state
}

export interface FunctionsLook {
  readonly paint: Paint
  readonly readText: (file: string) => string | undefined
}

/** What `alyx functions list` prints: a table, and why those that fail do. */
export function renderFunctions({ functions, pool }: FunctionsResponse, look: FunctionsLook): string {
  if (functions.length === 0) return "There are no functions. Make one with: alyx generate function hello"
  const { paint } = look
  const head = ["name", "style", "answers at", "state", "calls", "errors", "p50", "p99"].map((word) =>
    paint("quiet", word),
  )
  const rows = functions.map((one) => [
    paint("name", printable(one.name)),
    one.style === null ? "–" : one.style,
    addressesOf(one),
    paint(stateMeanings[shownState(one)], shownState(one)),
    showCount(one.calls.total),
    one.calls.failed === 0 ? "0" : paint("bad", showCount(one.calls.failed)),
    showDuration(one.calls.p50Ms),
    showDuration(one.calls.p99Ms),
  ])
  const failures = functions.filter((one) => one.lastBuild?.error)
  return [
    renderTable([head, ...rows], { right: [4, 5, 6, 7] }),
    ...failures.map((one) => failureText(one, look)),
    poolText(pool, paint),
  ].join("\n\n")
}

/** Milliseconds, or a dash where nothing was measured yet. */
export function showDuration(durationMs: number | null): string {
  return durationMs === null ? "–" : showMs(durationMs)
}

/** Its own path and those of its routes. */
export function addressesOf({ path, routes }: Pick<FunctionDetail, "path" | "routes">): string {
  const own = path === null ? [] : [path]
  const more = routes.map(({ path: route, methods }) =>
    methods.length === 0 ? route : `${methods.join("|")} ${route}`,
  )
  return [...own, ...more].map((address) => printable(address)).join(", ") || "–"
}

function failureText({ name, state, lastBuild }: FunctionDetail, look: FunctionsLook): string {
  const served = state === "stale" ? "; the last good one still answers" : ""
  const head = look.paint("bad", `✗ ${printable(name)} does not build${served}`)
  return `${head}\n${renderError(lastBuild!.error!, look).trimEnd()}`
}

function poolText({ workers, instances, running, queued }: FunctionsResponse["pool"], paint: Paint): string {
  const waits = queued === 0 ? "" : `, ${showCount(queued)} waiting`
  const held = `${countOf(workers, "worker")}, ${countOf(instances, "instance")}`
  return paint("quiet", `${held}, ${countOf(running, "call")} running${waits}`)
}
