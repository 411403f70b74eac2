import type { YamlMap, YamlNode } from "../../lib/yaml-tree.ts"
import { yamlEntry } from "../../lib/yaml-tree.ts"
import type { ProblemList } from "../problem-list.ts"
import { didYouMean } from "../problem-list.ts"
import { readMap, readText, readWord, shown } from "../read-values.ts"
import { fieldTypes } from "../schema.ts"
import { definitionValue, readFieldDefinition } from "./field-definition.ts"
import type { Operation, PlacedOperation } from "./migration.ts"
import { isOnlyComments, OperationReader } from "./operation-reader.ts"
import { constraintNames, readConstraints } from "./read-constraints.ts"

/** The keys of each operation, besides `type`. */
export const operationKeys = {
  rename_field: ["collection", "from", "to"],
  rename_collection: ["from", "to"],
  drop_field: ["collection", "field"],
  drop_collection: ["collection"],
  add_field: ["collection", "field", "definition", "fill", "fill_sql"],
  change_type: ["collection", "field", "to", "using", "down_using"],
  set_nullable: ["collection", "field", "nullable", "fill", "fill_sql"],
  set_constraints: ["collection", "field", "set", "fill", "fill_sql"],
  sql: ["up", "down"],
} as const satisfies Readonly<Record<Operation["type"], readonly string[]>>

/** The words that `type:` may be. */
export const operationTypes = Object.keys(operationKeys) as readonly Operation["type"][]

/** Reads one item of `operations:`; null when not even its type is known. */
export function parseOperation(node: YamlNode, problems: ProblemList): PlacedOperation | null {
  const map = readMap(node, "An operation", problems, "Write - type: rename_field, and its keys below.")
  if (map === null) return null
  const given = yamlEntry(map, "type")
  if (given === undefined) {
    const message = "This operation has no type."
    problems.add("KEY_MISSING", map.at, message, () => didYouMean("", operationTypes, "Types"))
    return null
  }
  const type = operationTypes.find((word) => given.value.kind === "scalar" && word === given.value.value)
  if (type === undefined) {
    const word = given.value.kind === "scalar" ? String(given.value.value) : ""
    const message = `${shown(given.value)} is not an operation.`
    problems.add("OPERATION_UNKNOWN", given.value.at, message, () => didYouMean(word, operationTypes, "Operations"))
    return null
  }
  checkOperationKeys(type, map, problems)
  const reader = new OperationReader({ type, map, at: given.value.at, problems })
  return Object.freeze({ ...readOperation(type, reader, problems), at: given.value.at })
}

function checkOperationKeys(type: Operation["type"], map: YamlMap, problems: ProblemList): void {
  const known = ["type", ...operationKeys[type]]
  for (const { key, keyAt } of map.entries) {
    if (known.includes(key)) continue
    const isConstraint = type === "set_constraints" && (constraintNames as readonly string[]).includes(key)
    const next = (): string =>
      isConstraint ? `Write it under set: set: { ${key}: ... }.` : didYouMean(key, known, "Keys")
    problems.add("UNKNOWN_KEY", keyAt, `${JSON.stringify(key)} is not a key of ${type}.`, next)
  }
}

function readOperation(type: Operation["type"], reader: OperationReader, problems: ProblemList): Operation {
  const place = (): { readonly collection: string; readonly field: string } => ({
    collection: reader.name("collection", "posts"),
    field: reader.name("field", "title"),
  })
  switch (type) {
    case "rename_field":
      return {
        type,
        collection: reader.name("collection", "posts"),
        from: reader.name("from", "title"),
        to: reader.newName("to", "field", "headline"),
      }
    case "rename_collection":
      return { type, from: reader.name("from", "posts"), to: reader.newName("to", "collection", "articles") }
    case "drop_field":
      return { type, ...place() }
    case "drop_collection":
      return { type, collection: reader.name("collection", "posts") }
    case "add_field":
      return readAddField(reader, problems)
    case "change_type":
      return {
        type,
        ...place(),
        to: readType(reader, problems),
        using: reader.sql("using"),
        downUsing: reader.sql("down_using"),
      }
    case "set_nullable":
      return { type, ...place(), nullable: reader.boolean("nullable", "false"), fill: reader.fill() }
    case "set_constraints": {
      const set = reader.required("set", "{ maxLength: 80 }")
      return { type, ...place(), set: set === null ? {} : (readConstraints(set, problems) ?? {}), fill: reader.fill() }
    }
    case "sql":
      return { type, up: readUp(reader, problems), down: readDown(reader, problems) }
  }
}

function readAddField(reader: OperationReader, problems: ProblemList): Operation {
  const collection = reader.name("collection", "posts")
  const field = reader.newName("field", "field", "views")
  const node = reader.required("definition", "{ type: int, default: 0 }")
  const at = reader.node("field")?.at ?? reader.at
  const read = node === null ? null : readFieldDefinition({ collection, field: field || "field", at, node }, problems)
  if (read?.primary === true) {
    const message = `${collection}.${field} cannot be added as a primary key: every document would need another id.`
    problems.add("PRIMARY_KEY_INVALID", node?.at ?? at, message, "Remove primary: true.")
  }
  const definition = node === null ? null : definitionValue(node)
  return { type: "add_field", collection, field, definition, fill: reader.fill() }
}

function readType(reader: OperationReader, problems: ProblemList): (typeof fieldTypes)[number] {
  const node = reader.required("to", "int")
  return (node === null ? null : readWord(node, fieldTypes, "to of change_type", problems)) ?? "string"
}

function readUp(reader: OperationReader, problems: ProblemList): string {
  const node = reader.required("up", '"UPDATE posts SET ..."')
  const text = node === null ? null : readText(node, "up of sql", problems)
  if (node !== null && text !== null && isOnlyComments(text)) {
    problems.add("SQL_EMPTY", node.at, "up of sql holds no statement.", "Write one, or remove the operation.")
  }
  return text ?? ""
}

function readDown(reader: OperationReader, problems: ProblemList): string | null {
  const node = reader.node("down")
  if (node === undefined) return null
  if (node.kind === "scalar" && node.value === null) {
    const next = 'Write down: "" when nothing has to be undone; remove it when it cannot be undone.'
    problems.add("SQL_EMPTY", node.at, "down of sql is empty.", next)
    return null
  }
  const text = readText(node, "down of sql", problems)
  return text !== null && isOnlyComments(text) ? "" : text
}
