import { relative } from "node:path"

import { alyxError } from "../../errors.ts"
import { firstPlace, mapStack } from "../map-stack.ts"
import { EvaluationError } from "../snapshot.ts"
import type { Bundle, BundleRequest } from "./bundle-function.ts"

/** What code outside of functions threw while it was evaluated, with its place; anything else comes back as it is. */
export function evaluationFailure(
  error: unknown,
  request: BundleRequest & { readonly snapshot: boolean },
  bundle: Bundle,
): unknown {
  if (!(error instanceof EvaluationError)) return error
  const { failure } = error
  const stack = failure.stack ?? ""
  const file = relative(request.root, request.entryFile)
  const at = firstPlace(stack, bundle.sourceMap) ?? { file, line: 1, column: 1, length: 1 }
  if (failure.code === "BUILD_TIME_ACCESS") {
    const [what, next] = splitSentence(failure.message)
    const message = what.replace("while the function is built", `while the function ${request.name} is built`)
    return alyxError("BUILD_TIME_ACCESS", { message, at, ...(next === undefined ? {} : { next }), cause: error })
  }
  const shown = mapStack(stack, bundle.sourceMap).trimEnd()
  const [message, ...advice] = splitLines(failure.message)
  // What we ourselves say of a module has no stack: it needs no name in front.
  const told = sentence(stack === "" ? message : named(failure.name, message))
  const ofKind = isCommonJsInModule(failure) ? [commonJsAdvice(at.file)] : []
  const next = [...advice, ...ofKind, ...(request.snapshot || stack === "" ? [] : [describingAdvice])].join("\n")
  const more =
    shown === ""
      ? ""
      : shown
          .split("\n")
          .map((line) => `\n  ${line.trim()}`)
          .join("")
  return alyxError("BUILD_FAILED", {
    message: `${request.name} (${file}) does not build: its code fails when it is loaded.${more}`,
    problems: [{ code: "BUILD_FAILED", message: told, at, ...(next === "" ? {} : { next }) }],
    cause: error,
  })
}

/** The code may well be right, and fail for a value that is only there in calls. */
const describingAdvice =
  "With snapshot: false the code is evaluated once while it is built too, to find what it exports; variables and secrets are " +
  "placeholders there, and random bytes zeros. What fails on them belongs into the handler, or into lazy(() => …)."

function isCommonJsInModule({ name, message }: EvaluationError["failure"]): boolean {
  return name === "ReferenceError" && /^'?(?:module|exports)'? is not defined$/.test(message)
}

/** A file has one of the two forms; only where it has neither of them is package.json asked. */
function commonJsAdvice(file: string): string {
  const why = file.endsWith(".mjs") ? "by its ending" : "by its import or export, or by the await outside of functions"
  return `It is an ES module, ${why}: write export in place of module.exports, and import in place of require.`
}

/** The first line, and the lines after it with the sentence that leads to them. */
function splitLines(text: string): readonly [string, ...string[]] {
  const [first, ...lines] = text.split("\n") as [string, ...string[]]
  const at = lines.length === 0 ? -1 : first.lastIndexOf(". ")
  return at === -1 ? [first, ...lines] : [first.slice(0, at + 1), first.slice(at + 2), ...lines]
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
