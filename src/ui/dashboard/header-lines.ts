import { countOf, showBytes, showCount, showSeconds } from "../amount.ts"
import type { DevSnapshot } from "../dev-store.ts"
import type { Meaning, Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { cellsOf, cutText } from "./fit-text.ts"
import { sparkline } from "./sparkline.ts"

/** How much of a line the history of the requests may take. */
const sparklineColumns = 20

/** Two lines: which daemon serves where and how it is, and what it holds and does. What does not fit is left out. */
export function headerLines(
  snapshot: DevSnapshot,
  look: { readonly paint: Paint; readonly columns: number },
): string[] {
  const { paint, columns } = look
  const { daemon, stats } = snapshot
  const { meaning, mark, word } = stateLook(snapshot)
  const name = `${paint("strong", `Alyx ${printable(daemon.mode)}`)} ${paint("quiet", printable(daemon.version))}`
  const left = `${paint(meaning, `${mark} ${word}`)}  ${name}  ${paint("name", printable(daemon.url ?? "no TCP port"))}`
  if (stats === null) return [cutText(left, columns), ""]
  const run = [
    `up ${showSeconds(stats.uptimeSeconds)}`,
    showBytes(stats.memory.rssBytes),
    countOf(stats.clients, "client"),
  ]
  const { total, failed } = stats.requests
  const asked = `${countOf(total, "request")}, ${failed > 0 ? paint("bad", `${showCount(failed)} failed`) : "0 failed"}`
  const rate = snapshot.rates.at(-1)
  const rates =
    rate === undefined ? [] : [`${paint("good", sparkline(snapshot.rates, sparklineColumns))} ${showRate(rate)}`]
  return [spread(left, run, look), spread(held(snapshot, asked, look), [asked, ...rates], look)]
}

function showRate(rate: number): string {
  return `${rate < 10 ? rate.toFixed(1).replace(/\.0$/, "") : showCount(Math.round(rate))}/s`
}

function stateLook({ daemonState, stats }: DevSnapshot): { meaning: Meaning; mark: string; word: string } {
  switch (daemonState) {
    case "starting":
      return { meaning: "warn", mark: "◌", word: "starting" }
    case "died":
      return { meaning: "bad", mark: "✗", word: "died, restarting" }
    case "stopped":
      return { meaning: "warn", mark: "◌", word: "stopped" }
    case "serving":
      if (stats?.plan) return { meaning: "warn", mark: "●", word: "your turn" }
      if (stats?.problem) return { meaning: "bad", mark: "●", word: "problem" }
      return { meaning: "good", mark: "●", word: "serving" }
  }
}

/** The collections with their documents where there is room, else how many of both. */
function held({ stats }: DevSnapshot, asked: string, { columns }: { readonly columns: number }): string {
  const { collections } = stats!.schema
  if (collections.length === 0) return "no collections"
  const documents = collections.reduce((sum, { documentCount }) => sum + (documentCount ?? 0), 0)
  const totals = `${countOf(collections.length, "collection")}, ${countOf(documents, "document")}`
  const named = collections
    .map(({ name, documentCount }) => `${printable(name)} ${documentCount === null ? "…" : showCount(documentCount)}`)
    .join(" · ")
  const whole = `${totals}: ${named}`
  return cellsOf(whole) + cellsOf(asked) + 3 <= columns ? whole : totals
}

/** Sets facts at the right end of a line, as many of the first ones as fit. */
function spread(
  left: string,
  facts: readonly string[],
  look: { readonly paint: Paint; readonly columns: number },
): string {
  const { paint, columns } = look
  let right = ""
  for (const fact of facts) {
    const longer = right === "" ? fact : `${right} · ${fact}`
    if (cellsOf(left) + 3 + cellsOf(longer) > columns) break
    right = longer
  }
  const gap = Math.max(1, columns - cellsOf(left) - cellsOf(right))
  return cutText(right === "" ? left : `${left}${" ".repeat(gap)}${paintParts(right, paint)}`, columns)
}

/** Quiet, but for what has a colour of its own. */
function paintParts(text: string, paint: Paint): string {
  return text
    .split(" · ")
    .map((part) => (part.includes("\u001B") ? part : paint("quiet", part)))
    .join(paint("quiet", " · "))
}
