import { isJsonObject } from "../../lib/json-object.ts"
import type { MigrateRequest, SchemaRequest } from "../../protocol/migrations-api.ts"
import { readMigrationFileName } from "../../schema/migrations/file-name.ts"
import type { MemberCheck, MemberRules } from "./body-members.ts"
import { requireMembers } from "./body-members.ts"

/** How many applied files one request may undo. */
const rollbackCountMax = 1_000

/** How many files one request may bring. */
const fileCountMax = 1_000

/** Longer than any file system takes. */
const fileNameLengthMax = 255

const actions = ["plan", "apply", "rollback"] as const

const hash: MemberCheck = (value) =>
  typeof value === "string" && /^[0-9a-f]{8,128}$/.test(value) ? null : "must be the hash of a plan"

const text: MemberCheck = (value) => (typeof value === "string" ? null : "must be a text")

const flag: MemberCheck = (value) => (typeof value === "boolean" ? null : "must be true or false")

const action: { readonly check: MemberCheck; readonly required: true } = {
  check: (value) => (actions.some((name) => name === value) ? null : `must be one of ${actions.join(", ")}`),
  required: true,
}

const count: MemberCheck = (value) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= rollbackCountMax
    ? null
    : `must be a whole number from 1 to ${rollbackCountMax}`

const rulesByAction: Record<MigrateRequest["action"], MemberRules> = {
  plan: { action },
  apply: { action, hash: { check: hash } },
  rollback: { action, count: { check: count }, dryRun: { check: flag }, hash: { check: hash } },
}

/** Reads the body of POST /api/admin/migrate; throws VALIDATION_ERROR with everything that is wrong with it. */
export function readMigrateRequest(body: unknown): MigrateRequest {
  const asked = isJsonObject(body) ? actions.find((name) => name === body["action"]) : undefined
  // What else may stand beside it depends on a right action.
  const rules = asked === undefined ? { ...rulesByAction.rollback, ...rulesByAction.apply } : rulesByAction[asked]
  return requireMembers(
    body,
    rules,
    `Send {"action":"plan"}, {"action":"apply"} or {"action":"rollback","count":1}.`,
  ) as unknown as MigrateRequest
}

/** Reads the body of POST /api/admin/schema; throws VALIDATION_ERROR with everything that is wrong with it. */
export function readSchemaRequest(body: unknown): SchemaRequest {
  const rules: MemberRules = {
    schema: { check: text, required: true },
    migrations: { check: checkFiles },
    apply: { check: hash },
  }
  const example = `Send {"schema":"collections: …"}, and the hash of the plan that comes back as "apply" to apply it.`
  return requireMembers(body, rules, example) as unknown as SchemaRequest
}

function checkFiles(value: unknown): string | null {
  if (!Array.isArray(value)) return "must be a list of files"
  if (value.length > fileCountMax) return `holds ${value.length} files; the limit is ${fileCountMax}`
  const names = new Set<string>()
  for (const [index, file] of value.entries()) {
    const fault = checkFile(file, names)
    if (fault !== null) return `has a file that ${fault}, at ${index}`
  }
  return null
}

function checkFile(file: unknown, names: Set<string>): string | null {
  const isFile = isJsonObject(file) && typeof file["file"] === "string" && typeof file["text"] === "string"
  if (!isFile || Object.keys(file).length !== 2) return `is not {"file":"…","text":"…"}`
  const name = file["file"] as string
  // A folder before it would lead out of migrations/.
  const isPlain = name.length <= fileNameLengthMax && !/[/\\]/.test(name)
  if (!isPlain || readMigrationFileName(name) === null) return "is not named like 002_rename_title.yaml"
  if (names.has(name)) return `is there twice`
  names.add(name)
  return null
}
