import type {
  ExplainAccessResponse,
  ExplainedField,
  ExplainedList,
  ExplainedPart,
  ExplainedStep,
} from "../../protocol/rules-api.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"

/** What `alyx rules explain` prints: the decision, and each rule as a tree with the value of every part. */
export function renderExplanation(explained: ExplainAccessResponse, paint: Paint): string {
  const { steps, fields, list } = explained
  const blocks = [
    decisionText(explained, paint),
    ...steps.map((step) => stepText(step, explained.collection, paint)),
    ...fields.map((field) => fieldText(field, paint)),
    ...(list === null ? [] : [listText(list, explained, paint)]),
  ]
  return blocks.join("\n\n")
}

function decisionText(
  { collection, operation, id, caller, allowed, answer, list }: ExplainAccessResponse,
  paint: Paint,
): string {
  const target = id === null ? collection : `${collection}/${id}`
  if (!allowed && answer.code === null && list === "none")
    return [
      `${paint("bad", "✗ nothing")}: ${callerText(caller)} may read no document of ${paint("name", shown(target))}`,
      paint("quiet", `  answer ${answer.status}: a list without documents`),
    ].join("\n")
  const mark = allowed ? paint("good", "✓ allowed") : paint("bad", "✗ refused")
  const code = answer.code === null ? "" : ` ${answer.code}`
  const lines = [
    `${mark}: ${callerText(caller)} may${allowed ? "" : " not"} ${operation} ${paint("name", shown(target))}`,
    paint("quiet", `  answer ${answer.status}${code}${answer.message === null ? "" : `: ${shown(answer.message)}`}`),
  ]
  if (caller.isAdmin)
    lines.push(paint("quiet", "  Admins pass every rule; what the rules would say to others of this role:"))
  return lines.join("\n")
}

function callerText({ id, email, role, verified, isAdmin }: ExplainAccessResponse["caller"]): string {
  if (id === null && !isAdmin) return "anonymous"
  const facts = [email ?? id ?? "", `role ${role ?? "none"}`, ...(verified ? ["verified"] : [])]
  return facts.map(shown).join(", ")
}

function stepText({ operation, state, holds, rule }: ExplainedStep, collection: string, paint: Paint): string {
  const when =
    state === null ? "" : state === "before" ? ", with the stored document" : ", with the document after the update"
  const head = `${markOf(holds, paint)} ${operation} rule of ${shown(collection)}${when}`
  if (rule === null) return `${head}\n    ${paint("quiet", "There is none, so nobody but admins passes.")}`
  return [head, ...treeLines(rule, paint, "    ", "    ")].join("\n")
}

function fieldText({ field, use, holds, applies, rule }: ExplainedField, paint: Paint): string {
  const note = applies ? "" : paint("quiet", " (not in the body, so it does not matter)")
  return [
    `${markOf(holds, paint)} ${use} rule of the field ${shown(field)}${note}`,
    ...treeLines(rule, paint, "    ", "    "),
  ].join("\n")
}

function markOf(holds: boolean, paint: Paint): string {
  return holds ? paint("good", "✓") : paint("bad", "✗")
}

function listText(list: ExplainedList, { collection, caller, readRule }: ExplainAccessResponse, paint: Paint): string {
  const admins = caller.isAdmin ? [`Admins are shown every document of ${shown(collection)}.`] : []
  const rule =
    readRule === null
      ? [`${shown(collection)} has no read rule, so nobody but admins reads it.`]
      : [`read rule of ${shown(collection)}: ${shown(readRule)}`, heldText(list, collection, paint)]
  return [...rule, ...admins].join("\n")
}

function heldText(list: ExplainedList, collection: string, paint: Paint): string {
  if (list === "all") return `Lists hold every document of ${shown(collection)}.`
  if (list === "none") return `Lists hold no document of ${shown(collection)}.`
  if (list === "in memory") return "Lists are judged row by row (read_in_memory): ask about one document."
  const values = list.values.map((value) => shown(JSON.stringify(value)))
  const bound = values.length === 0 ? "" : `\n  ${paint("quiet", `with ${values.join(", ")}`)}`
  return `Lists hold the documents of ${shown(collection)} where\n  ${shown(list.sql)}${bound}`
}

/** A part a line: its text, and what it came to. */
function treeLines(part: ExplainedPart, paint: Paint, first: string, rest: string): string[] {
  const own = `${first}${shown(part.text)} ${outcomeText(part, paint)}`
  const last = part.parts.length - 1
  const below = part.parts.flatMap((child, index) =>
    treeLines(child, paint, `${rest}${index === last ? "└─ " : "├─ "}`, `${rest}${index === last ? "   " : "│  "}`),
  )
  return [own, ...below]
}

function outcomeText({ value, error }: ExplainedPart, paint: Paint): string {
  if (error !== undefined) return paint("bad", `! ${shown(error)}`)
  if (value === undefined) return paint("quiet", "(not reached)")
  return `= ${value === "true" ? paint("good", value) : value === "false" ? paint("bad", value) : paint("warn", shown(value))}`
}

/** On one line, without what would move a terminal's cursor. */
function shown(text: string): string {
  return printable(text.replaceAll(/\s+/g, " ").trim())
}
