import { alyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import type { CompiledRule, ExplainedRule, RuleDocuments, StoredRow } from "../../rules/rules.ts"
import type { Field, RuleOperation } from "../../schema/schema.ts"
import { isKnown } from "../caller.ts"
import type { Caller } from "../caller.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { forbiddenFields } from "./forbidden-fields.ts"
import { requireUnmanaged } from "./managed-fields.ts"
import { documentNotFound } from "./record-key.ts"
import type { Values } from "./validate.ts"

/** Who writes where. Rules are judged inside the transaction that writes, so that nothing comes in between. */
export interface JudgeFrame {
  readonly plan: CollectionPlan
  readonly caller: Caller
  /** In dev: whether a refusal carries the rule with the value of every part. */
  readonly explains: boolean
  /** The collection of accounts' documents, whose managed fields only admins write; null where there is none. */
  readonly accountsCollection: string | null
}

/** The stored document that is to be changed, as the request names it. */
export interface StoredDocument {
  readonly id: string
  /** Undefined where there is none. */
  readonly row: StoredRow | undefined
}

/** Judges a create: `row` is the document as it would be written, `values` what the body names. */
export function judgeCreate(
  frame: JudgeFrame,
  { row, values }: { readonly row: StoredRow; readonly values: Values },
): void {
  if (frame.caller.isAdmin) return
  const documents = { doc: row, new: row }
  requireRule(frame, "create", [documents])
  requireWritableFields(frame, values, documents)
}

/** Judges a change: what the caller may not read is not found, before anything else is said about it. */
export function judgeUpdate(
  frame: JudgeFrame,
  { id, row }: StoredDocument,
  { after, values }: { readonly after: StoredRow; readonly values: Values },
): void {
  if (frame.caller.isAdmin) return requireUnmanaged(frame, { row, values })
  if (row === undefined || !isReadable(frame, row)) throw documentNotFound(frame.plan, id)
  // Before any rule that could compare what stands there with what is to be written.
  requireUnmanaged(frame, { row, values })
  const documents = { doc: row, new: after }
  // A rule that looks at one state only must hold for both: else a document could be moved to where it may not be.
  const seesBoth = (frame.plan.rules.update?.mentions.new.length ?? 0) > 0
  requireRule(frame, "update", seesBoth ? [documents] : [documents, { doc: after, new: after }])
  requireWritableFields(frame, values, documents)
}

/** Judges the end of a document. */
export function judgeDelete(frame: JudgeFrame, { id, row }: StoredDocument): void {
  if (frame.caller.isAdmin) return
  if (row === undefined || !isReadable(frame, row)) throw documentNotFound(frame.plan, id)
  requireRule(frame, "delete", [{ doc: row }])
}

/** Whether the caller may read a document. */
export function isReadable({ plan, caller }: Pick<JudgeFrame, "plan" | "caller">, row: StoredRow): boolean {
  return plan.rules.read?.holds(caller, { doc: row }) === true
}

function requireRule(frame: JudgeFrame, operation: RuleOperation, states: readonly RuleDocuments[]): void {
  const rule = frame.plan.rules[operation]
  if (rule === null) throw refusal(frame, operation, null)
  const refused = states.find((documents) => !rule.holds(frame.caller, documents))
  if (refused !== undefined) throw refusal(frame, operation, { rule, documents: refused })
}

function requireWritableFields(frame: JudgeFrame, values: Values, documents: RuleDocuments): void {
  const { plan, caller } = frame
  const refused: { readonly field: Field; readonly rule: CompiledRule }[] = []
  for (const [name, { write }] of plan.rules.fields) {
    if (write === null || !values.has(name) || write.holds(caller, documents)) continue
    refused.push({ field: plan.collection.fields.get(name)!, rule: write })
  }
  const [first] = refused
  if (first === undefined) return
  const fields = refused.map(({ field }) => field)
  throw forbiddenFields(plan, { use: "write", fields, ...explained(frame, { rule: first.rule, documents }) })
}

interface Refused {
  readonly rule: CompiledRule
  readonly documents: RuleDocuments
}

/** How a rule came to its refusal; only where `explains`, since it shows values. */
function explained({ caller, explains }: JudgeFrame, { rule, documents }: Refused): { readonly rule?: ExplainedRule } {
  return explains ? { rule: rule.explain(caller, documents) } : {}
}

/** Says what was refused. */
function refusal(frame: JudgeFrame, operation: RuleOperation, refused: Refused | null): AlyxError {
  const { plan, caller } = frame
  const collection = plan.collection.name
  const details = { collection, operation, ...(refused === null ? {} : explained(frame, refused)) }
  const message =
    refused === null
      ? `${collection} has no ${operation} rule, so only admins may ${operation} its documents.`
      : `The ${operation} rule of ${collection} does not let the caller ${operation} this document.`
  if (isKnown(caller)) return alyxError("FORBIDDEN", { message, details })
  return alyxError("UNAUTHENTICATED", {
    message,
    next: "Sign in, and send the access token: Authorization: Bearer <token>.",
    details,
  })
}
