import { isJsonObject } from "../../lib/json-object.ts"
import { fieldTypes } from "../schema.ts"
import type { Operation } from "./migration.ts"
import { constraintNames } from "./read-constraints.ts"

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === "string"
const isTextOrNull: Check = (value) => value === null || isText(value)
const isGiven: Check = (value) => value !== undefined
const isBoolean: Check = (value) => typeof value === "boolean"
const isType: Check = (value) => (fieldTypes as readonly unknown[]).includes(value)

/** What each member of an operation must be. Names and definitions are judged when it is run. */
const memberChecks: Readonly<Record<Operation["type"], Readonly<Record<string, Check>>>> = {
  rename_field: { collection: isText, from: isText, to: isText },
  rename_collection: { from: isText, to: isText },
  drop_field: { collection: isText, field: isText },
  drop_collection: { collection: isText },
  add_field: { collection: isText, field: isText, definition: isGiven, fill: isFillOrNull },
  change_type: { collection: isText, field: isText, to: isType, using: isTextOrNull, downUsing: isTextOrNull },
  set_nullable: { collection: isText, field: isText, nullable: isBoolean, fill: isFillOrNull },
  set_constraints: { collection: isText, field: isText, set: areConstraints, fill: isFillOrNull },
  sql: { up: isText, down: isTextOrNull },
}

/** Tells whether JSON is an operation: of a type that there is, each of its members of its kind. */
export function isOperationJson(json: unknown): json is Operation {
  if (!isJsonObject(json)) return false
  const { type } = json
  if (typeof type !== "string" || !Object.hasOwn(memberChecks, type)) return false
  const checks = Object.entries(memberChecks[type as Operation["type"]])
  return checks.every(([name, check]) => Object.hasOwn(json, name) && check(json[name]))
}

function isFillOrNull(json: unknown): boolean {
  if (json === null) return true
  if (!isJsonObject(json)) return false
  return json["kind"] === "sql" ? isText(json["expression"]) : json["kind"] === "value" && isGiven(json["value"])
}

/** With any other key it would set what no constraint is, such as the name of a field. */
function areConstraints(json: unknown): boolean {
  return isJsonObject(json) && Object.keys(json).every((key) => (constraintNames as readonly string[]).includes(key))
}
