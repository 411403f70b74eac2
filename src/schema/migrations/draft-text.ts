import type { Operation } from "./migration.ts"
import { operationLines } from "./operation-text.ts"
import { yamlInline } from "./yaml-text.ts"

/** What may be answered to a question of a draft. */
export type DraftAnswer = "rename" | "drop"

/** Something that a draft cannot know: whether a part was renamed, or dropped and another one added. */
export interface DraftQuestion {
  /** Stays the same while the two schemas do: "posts.title:posts.headline". */
  readonly id: string
  /** "Was posts.title renamed to posts.headline?" */
  readonly question: string
  readonly from: string
  readonly to: string
}

/** One piece of the text of a draft. */
export type DraftEntry =
  /** Active; the comment says what it does and what is lost. */
  | { readonly kind: "step"; readonly comment: readonly string[]; readonly operation: Operation }
  /** Both answers as comments, ready to be made active. */
  | {
      readonly kind: "question"
      readonly question: DraftQuestion
      readonly rename: readonly Operation[]
      readonly drop: readonly Operation[]
    }
  /** What no operation can do, or what has to be completed first. */
  | { readonly kind: "note"; readonly comment: readonly string[]; readonly operations: readonly Operation[] }

/** The first line of a migration file: editors find the JSON Schema by it. */
export const migrationEditorLine = "# yaml-language-server: $schema=../.alyx/migration.schema.json"

const margin = "  "

/** Writes a draft as the text of a migration file. */
export function draftText(
  head: { readonly number: number; readonly name: string },
  entries: readonly DraftEntry[],
): string {
  const words = head.name.replaceAll(/[_-]+/g, " ").trim()
  const lines = [
    migrationEditorLine,
    `version: ${head.number}`,
    // A name of digits alone would be a number.
    `name: ${yamlInline(head.name)}`,
    `description: ${yamlInline(words.charAt(0).toUpperCase() + words.slice(1))}`,
    "",
    "operations:",
    ...(entries.length === 0 ? emptyLines : entries.flatMap(entryLines).slice(0, -1)),
  ]
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`
}

/** A file to begin with when there is no difference to draft from. */
const emptyLines = [
  `${margin}# schema.yaml and the database agree, so there is nothing to draft. A step looks like this:`,
  `${margin}# - type: sql`,
  `${margin}#   up: UPDATE posts SET title = trim(title)`,
  `${margin}#   down: ""`,
]

function entryLines(entry: DraftEntry, position: number): readonly string[] {
  switch (entry.kind) {
    case "step":
      return [...comment(entry.comment), ...operationLines(entry.operation).map((line) => margin + line), ""]
    case "note":
      return [...comment(entry.comment), ...entry.operations.flatMap(inactive), ""]
    case "question":
      return [
        ...comment([
          `QUESTION ${position + 1}: ${lowerFirst(entry.question.question)}`,
          "Take the # away from one of the two answers, and delete the other.",
          `Yes, it was renamed: nothing is lost.`,
        ]),
        ...entry.rename.flatMap(inactive),
        ...comment([`No, ${entry.question.from} is to go: all that it holds is lost (a backup is made before).`]),
        ...entry.drop.flatMap(inactive),
        "",
      ]
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function comment(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => wrap(line).map((part) => `${margin}# ${part}`))
}

function inactive(operation: Operation): readonly string[] {
  return operationLines(operation).map((line) => `${margin}# ${line}`)
}

/** How long the words of a comment may run. */
const commentLengthMax = 100

function wrap(line: string): readonly string[] {
  const parts: string[] = []
  let part = ""
  for (const word of line.replaceAll(/\s+/g, " ").split(" ")) {
    if (part !== "" && part.length + 1 + word.length > commentLengthMax) {
      parts.push(part)
      part = ""
    }
    part = part === "" ? word : `${part} ${word}`
  }
  return [...parts, part]
}
