import { relative } from "node:path"

import { alyxError } from "../../errors.ts"
import { firstPlace, mapStack } from "../map-stack.ts"
import { EvaluationError } from "../snapshot.ts"
import type { Bundle, BundleRequest } from "./bundle-function.ts"

/** What code outside of functions threw while it was evaluated, with its place; anything else comes back as it is. */
export function evaluationFailure(error: unknown, request: BundleRequest, bundle: Bundle): unknown {
  if (!(error instanceof EvaluationError)) return error
  const { failure } = error
  const stack = failure.stack ?? ""
  const file = relative(request.root, request.entryFile)
  const at = firstPlace(stack, bundle.sourceMap) ?? { file, line: 1, column: 1, length: 1 }
  if (failure.code === "BUILD_TIME_ACCESS") {
    const [message, next] = splitSentence(failure.message)
    return alyxError("BUILD_TIME_ACCESS", { message, at, ...(next === undefined ? {} : { next }), cause: error })
  }
  const shown = mapStack(stack, bundle.sourceMap).trimEnd()
  const [message, ...lines] = failure.message.split("\n")
  // What we ourselves say of a module has no stack: it needs no name in front.
  const told = stack === "" ? sentence(message!) : sentence(named(failure.name, message!))
  // Only the message of an error is shown with its lines.
  const more = (shown === "" ? lines : shown.split("\n")).map((line) => `\n  ${line.trim()}`).join("")
  return alyxError("BUILD_FAILED", {
    message: `${request.name} (${file}) does not build: its code fails when it is loaded.${more}`,
    problems: [{ code: "BUILD_FAILED", message: told, at }],
    cause: error,
  })
}

function named(name: string, message: string): string {
  return name === "Error" || message.startsWith(name) ? message : `${name}: ${message}`
}

function sentence(text: string): string {
  return /[.!?:]$/.test(text) ? text : `${text}.`
}

/** What is wrong, and after the semicolon what to do. */
function splitSentence(text: string): readonly [string, string?] {
  const at = text.indexOf("; ")
  if (at === -1) return [text]
  const next = text.slice(at + 2)
  return [`${text.slice(0, at)}.`, next.charAt(0).toUpperCase() + next.slice(1)]
}
