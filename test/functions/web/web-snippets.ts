import { createHash } from "node:crypto"

import type { BuiltFunction } from "../../../src/functions/built-function.ts"
import { openFunctions } from "../../daemon/functions/functions-fixture.ts"
import type { FixtureOptions } from "../../daemon/functions/functions-fixture.ts"
import { snapshotOf } from "../../helpers/script-plugin.ts"

/**
 * Snippets of JavaScript that run in a function and in Node, by the same code: what they come to is shown as text, so
 * that the two can be compared. An expression, or statements with a `return`.
 */
const runnerSource = `
const AsyncFunction = (async () => {}).constructor
function show(value, seen = []) {
  if (value === null || typeof value !== "object") {
    if (typeof value === "bigint") return value + "n"
    if (typeof value === "string") return JSON.stringify(value)
    return Object.is(value, -0) ? "-0" : String(value)
  }
  if (seen.includes(value)) return "<cycle " + seen.indexOf(value) + ">"
  const deeper = [...seen, value]
  const inner = (one) => show(one, deeper)
  if (value instanceof Error) return "<" + value.name + ">"
  if (value instanceof Date) return "Date " + value.getTime()
  if (value instanceof RegExp) return "RegExp " + value
  if (value instanceof ArrayBuffer) return "ArrayBuffer " + inner([...new Uint8Array(value)])
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return value[Symbol.toStringTag] + " " + inner([...value])
  if (value instanceof Map) return "Map " + inner([...value])
  if (value instanceof Set) return "Set " + inner([...value])
  if (Array.isArray(value)) return "[" + Array.from(value, inner).join(", ") + "]"
  return "{" + Object.keys(value).sort().map((key) => key + ": " + inner(value[key])).join(", ") + "}"
}
async function runSnippet(code, scope) {
  const body = /\\breturn\\b/.test(code) ? code : "return (" + code + ")"
  try {
    return show(await new AsyncFunction(...Object.keys(scope), body)(...Object.values(scope)))
  } catch (error) {
    return "throws " + (error instanceof Error ? error.name : show(error))
  }
}
async function runSnippets({ snippets, scope }) {
  const shown = []
  for (const code of snippets) shown.push(code + "  →  " + (await runSnippet(code, scope ?? {})))
  return shown
}
`

type Runner = (asked: { snippets: readonly string[]; scope?: Record<string, unknown> }) => Promise<string[]>

// oxlint-disable-next-line typescript/no-implied-eval -- the same text runs in the function
export const runInNode = new Function(`${runnerSource}; return runSnippets`)() as Runner

/** What a function came to, and what it wrote. */
export interface GuestRun {
  readonly shown: string[]
  readonly logs: readonly { readonly level: string; readonly message: string }[]
}

/** Runs snippets in one call of a function on a real worker; each sees the names of the scope. */
export async function runInGuest(
  snippets: readonly string[],
  scope: Record<string, unknown> = {},
  options: FixtureOptions = {},
): Promise<GuestRun> {
  const functions = openFunctions(options)
  await functions.serve("snippets", await snippetPlugin())
  const output = await functions.call("snippets", JSON.stringify({ snippets, scope }))
  return { shown: JSON.parse(output) as string[], logs: functions.ended[0]?.logs ?? [] }
}

async function snippetPlugin(): Promise<BuiltFunction> {
  const { wasm, description } = await snapshotOf(`${runnerSource}; handler = runSnippets`)
  const hash = createHash("sha256").update(wasm).digest("hex")
  return { wasm, isOwn: true, hash, description, sourceMap: null, inputs: [], warnings: [], durationMs: 1 }
}

/** Lines of a table of snippets; blank ones and comments are left out. */
export function snippetLines(table: string): string[] {
  return table
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("//"))
}
