import type { AlyxError } from "../../errors.ts"
import { alyxError } from "../../errors.ts"

const openapi =
  "alyx generate openapi writes the description of the API, from which other tools make clients and types."
const programs =
  "What your app does besides goes into a program of its own; its API key comes from alyx auth key create."

/** Commands that people may expect, by the words that they begin with, and what there is instead. */
const planned: readonly { readonly words: RegExp; readonly name: string; readonly next: string }[] = [
  { words: /^(webhooks?|hooks|schedules?|jobs?|cron)\b/, name: "$1", next: programs },
  { words: /^deploy\b/, name: "deploy", next: "alyx start serves on any machine; docs/running.md says how." },
  { words: /^generate (types|clients?|sdk)\b/, name: "generate $1", next: openapi },
  { words: /^(types|clients?|sdk)\b/, name: "$1", next: openapi },
  {
    words: /^(admin|studio|ui)\b/,
    name: "$1",
    next: "alyx dev shows what happens, alyx auth and alyx db work on the data.",
  },
]

/** The answer to a command that is planned; undefined for all others. */
export function notInThisVersion(typed: string): AlyxError | undefined {
  for (const { words, name, next } of planned) {
    const found = words.exec(typed)
    if (found === null) continue
    return alyxError("UNKNOWN_COMMAND", {
      message: `alyx ${name.replace("$1", found[1] ?? "")} is not in this version.`,
      next,
    })
  }
  return undefined
}
