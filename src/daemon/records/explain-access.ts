import { alyxError, isAlyxError } from "../../errors.ts"
import type {
  ExplainAccessResponse,
  ExplainedField,
  ExplainedList,
  ExplainedPart,
  ExplainedStep,
} from "../../protocol/rules-api.ts"
import type { CompiledRule, RuleDocuments, StoredRow } from "../../rules/rules.ts"
import type { RuleOperation } from "../../schema/schema.ts"
import type { Caller } from "../caller.ts"
import { sqlQuery } from "../storage/database.ts"
import { collectionPlan } from "./collection-plan.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { isReadable, judgeCreate, judgeDelete, judgeUpdate } from "./judge.ts"
import { isInScope, requireScope } from "./key-scope.ts"
import { requireNoAccount } from "./managed-fields.ts"
import { quoted, suggestion } from "./query-problems.ts"
import { narrowAccess } from "./read-access.ts"
import { documentNotFound, storedKey } from "./record-key.ts"
import type { RecordParts } from "./records.ts"
import { validateCreate, validateUpdate } from "./validate.ts"
import type { Values } from "./validate.ts"
import { changedValues, completeRow } from "./write-record.ts"

/** Who would do what; the caller's request holds the body. */
export interface AccessQuestion {
  readonly operation: RuleOperation
  readonly collection: string
  readonly id: string | null
  /** Only this field's rule is wanted; null for all. */
  readonly field: string | null
  /** The body of a write; undefined for none. */
  readonly data: unknown
  readonly caller: Caller
}

/** What is judged, with everything looked up. */
interface Case extends AccessQuestion {
  readonly plan: CollectionPlan
  readonly values: Values
  /** The stored document, or on create the one that would be written; null for a list. */
  readonly row: StoredRow | null
  /** After an update. */
  readonly after: StoredRow
}

/**
 * Explains what rules say to an operation, part by part, without doing it. The decision is made by the functions that
 * judge real requests, so that it cannot differ from theirs.
 */
export function explainAccess(parts: RecordParts, question: AccessQuestion): ExplainAccessResponse {
  const asked = caseOf(parts, question)
  const { collection, operation, id, caller } = question
  const { email, role, verified } = caller.auth
  const answer = answerOf(parts, asked)
  const list = asked.row === null ? listOf(asked) : null
  return {
    collection,
    operation,
    id,
    caller: { id: caller.auth.id, email, role, verified, isAdmin: caller.isAdmin },
    allowed: answer.code === null && (list !== "none" || caller.isAdmin),
    answer,
    steps: asked.row === null ? [] : stepsOf(asked),
    fields: asked.row === null ? [] : fieldsOf(asked),
    list,
    readRule: asked.plan.rules.read?.rule.expression ?? null,
  }
}

function caseOf(parts: RecordParts, question: AccessQuestion): Case {
  const { operation, id, data } = question
  const plan = collectionPlan(parts.limits, parts.schemas.current, question.collection)
  const none: Values = new Map()
  const nowMs = parts.clock.now()
  if (operation === "create") {
    const values = validateCreate(plan, data ?? {})
    const row = Object.fromEntries(completeRow({ plan, values, nowMs }))
    return { ...question, plan, values, row, after: row }
  }
  if (id === null && operation === "read") return { ...question, plan, values: none, row: null, after: {} }
  if (id === null) {
    throw alyxError("INVALID_QUERY", {
      message: `To explain ${operation}, a document must be named: ${plan.collection.name}/<id>.`,
    })
  }
  const key = storedKey(plan, id)
  const row = parts.database.read((reader) => reader.get<StoredRow>(sqlQuery(plan.writes.rowSql, [key])))
  if (row === undefined) throw documentNotFound(plan, id)
  const values = operation === "update" ? validateUpdate(plan, key, data ?? {}) : none
  const after = { ...row, ...Object.fromEntries(changedValues({ plan, values, nowMs })) }
  return { ...question, plan, values, row, after }
}

/** What a request would be answered; conflicts with other documents are left to the database. */
function answerOf(parts: RecordParts, asked: Case): ExplainAccessResponse["answer"] {
  const { plan, caller, operation, values, after, id } = asked
  const frame = { plan, caller, explains: false, accountsCollection: parts.accountsCollection }
  const row = asked.row ?? undefined
  try {
    requireScope(caller, plan.collection.name, operation)
    if (operation === "create") {
      requireNoAccount(frame)
      judgeCreate(frame, { row: after, values })
    }
    if (operation === "update") judgeUpdate(frame, { id: id!, row }, { after, values })
    if (operation === "delete") judgeDelete(frame, { id: id!, row })
    if (operation === "read" && row !== undefined && !caller.isAdmin && !isReadable(frame, row))
      throw documentNotFound(plan, id!)
    return { status: statuses[operation], code: null, message: null }
  } catch (error) {
    if (!isAlyxError(error)) throw error
    return { status: error.status, code: error.code, message: error.message }
  }
}

const statuses = { create: 201, read: 200, update: 200, delete: 204 } as const

function stepsOf({ plan, operation, caller, row, after, values }: Case): ExplainedStep[] {
  const { rules } = plan
  const doc = row!
  const step = (of: RuleOperation, state: ExplainedStep["state"], documents: RuleDocuments): ExplainedStep => {
    const rule = rules[of]
    return {
      operation: of,
      state,
      holds: rule?.holds(caller, documents) ?? false,
      rule: explained(rule, caller, documents),
    }
  }
  const read = step("read", null, { doc })
  if (operation === "read") return [read]
  if (operation === "create") return [step("create", null, { doc, new: doc })]
  if (operation === "delete") return [read, step("delete", null, { doc })]
  const seesBoth = (rules.update?.mentions.new.length ?? 0) > 0
  if (seesBoth || values.size === 0) return [read, step("update", null, { doc, new: after })]
  const before = step("update", "before", { doc, new: after })
  return [read, before, step("update", "after", { doc: after, new: after })]
}

function fieldsOf({ plan, operation, caller, row, after, values, field }: Case): ExplainedField[] {
  if (field !== null && !plan.collection.fields.has(field)) {
    throw alyxError("INVALID_QUERY", {
      message: `${plan.collection.name} has no field ${quoted(field)}.`,
      next: suggestion(field, [...plan.collection.fields.keys()]),
    })
  }
  if (operation === "delete") return []
  const use = operation === "read" ? "read" : "write"
  const documents = { doc: row!, new: after }
  return [...plan.rules.fields].flatMap(([name, rules]) => {
    const rule = rules[use]
    if (rule === null || (field !== null && field !== name)) return []
    const holds = caller.isAdmin || rule.holds(caller, documents)
    const applies = use === "read" || values.has(name)
    return [{ field: name, use, holds, applies, rule: rule.explain(caller, documents) }]
  })
}

function explained(rule: CompiledRule | null, caller: Caller, documents: RuleDocuments): ExplainedPart | null {
  return rule === null ? null : rule.explain(caller, documents)
}

/** By the rules alone, as every step is: what admins may is said beside it. */
function listOf({ plan, caller }: Case): ExplainedList {
  if (!isInScope(caller, plan.collection.name, "read")) return "none"
  if (plan.rules.read?.isSql === false) return "in memory"
  const { rows } = narrowAccess(plan.rules, caller, () => "none")
  if (typeof rows === "string") return rows
  return { sql: rows.sql(plan.collection.name), values: rows.values }
}
