import { alyxError, isAlyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import { isJsonObject } from "../../lib/json-object.ts"
import type { Caller } from "../caller.ts"
import { refusedBatch } from "./batch-errors.ts"
import { collectionPlan } from "./collection-plan.ts"
import { requireScope } from "./key-scope.ts"
import { requireNoAccount } from "./managed-fields.ts"
import { requireNoParameters } from "./parameters.ts"
import { quoted, suggestion } from "./query-problems.ts"
import { storedKey } from "./record-key.ts"
import type { BatchRequest, RecordParts } from "./records.ts"
import { plainSelection } from "./selection.ts"
import { validateCreate, validateUpdate } from "./validate.ts"
import { viewFor } from "./view.ts"
import type { CreateWrite, DeleteWrite, UpdateWrite } from "./write-record.ts"

/** One operation of a batch, ready to be written. */
export type BatchOperation =
  | { readonly op: "create"; readonly write: CreateWrite }
  | { readonly op: "update"; readonly write: UpdateWrite }
  | { readonly op: "delete"; readonly write: DeleteWrite }

/** Which members each operation has; every one of them but `if_match` must be there. */
const membersByOp = {
  create: ["op", "collection", "data"],
  update: ["op", "collection", "id", "data", "if_match"],
  delete: ["op", "collection", "id", "if_match"],
} as const

/** After so many refused operations the rest is not looked at. */
const refusedCountMax = 20

type Op = keyof typeof membersByOp

type Members = Readonly<Record<string, unknown>>

/** Reads the body of a batch; throws what is wrong with any of its operations before one of them is run. */
export function parseBatch(parts: RecordParts, request: BatchRequest): BatchOperation[] {
  requireNoParameters(request.query)
  const nowMs = parts.clock.now()
  const operations: BatchOperation[] = []
  const refused: { index: number; error: AlyxError }[] = []
  for (const [index, members] of listOf(request.body, parts.limits.batchMax).entries()) {
    try {
      operations.push(parseOperation({ parts, request, nowMs }, members))
    } catch (error) {
      if (!isAlyxError(error)) throw error
      refused.push({ index, error })
      if (refused.length >= refusedCountMax) break
    }
  }
  if (refused.length > 0) throw refusedBatch(refused)
  return operations
}

function listOf(body: unknown, batchMax: number): readonly unknown[] {
  const example = `Send {"operations":[{"op":"create","collection":"posts","data":{}}]}.`
  if (!isJsonObject(body) || !Array.isArray(body["operations"])) {
    throw alyxError("VALIDATION_ERROR", { message: `The body must hold a list called "operations".`, next: example })
  }
  const other = Object.keys(body).find((name) => name !== "operations")
  if (other !== undefined) {
    throw alyxError("VALIDATION_ERROR", { message: `A batch has no member ${quoted(other)}.`, next: example })
  }
  const operations: readonly unknown[] = body["operations"]
  if (operations.length <= batchMax) return operations
  throw alyxError("BATCH_TOO_LARGE", {
    message: `The batch holds ${operations.length} operations; the limit is ${batchMax}.`,
    next: "Send several batches.",
  })
}

interface OperationFrame {
  readonly parts: RecordParts
  readonly request: BatchRequest
  readonly nowMs: number
}

function parseOperation({ parts, request, nowMs }: OperationFrame, members: unknown): BatchOperation {
  if (!isJsonObject(members)) throw invalid("An operation must be a JSON object.")
  const op = opOf(members)
  checkMembers(op, members)
  const { explains, accountsCollection } = parts
  const plan = collectionPlan(parts.limits, request.schema, textOf(members, "collection"))
  requireScope(request.caller, plan.collection.name, op)
  const caller = callerOfOperation(request.caller, op === "delete" ? null : members["data"])
  const frame = { plan, caller, explains, accountsCollection, view: viewFor(plainSelection(plan), caller) }
  if (op === "create") {
    requireNoAccount(frame)
    return { op, write: { ...frame, nowMs, values: validateCreate(plan, members["data"]) } }
  }
  const id = idOf(members)
  const target = { ...frame, id, key: storedKey(plan, id), ifMatch: ifMatchOf(members) }
  if (op === "delete") return { op, write: target }
  return { op, write: { ...target, nowMs, values: validateUpdate(plan, target.key, members["data"]) } }
}

/** `request.body` in rules is the data of the operation: a rule means the same in a batch and alone. */
export function callerOfOperation(caller: Caller, body: unknown): Caller {
  if (caller.isAdmin) return caller
  const { request } = caller
  return {
    ...caller,
    request: {
      body,
      method: request.method,
      ip: request.ip,
      get time() {
        return request.time
      },
      get headers() {
        return request.headers
      },
    },
  }
}

function opOf(members: Members): Op {
  const { op } = members
  if (op === "create" || op === "update" || op === "delete") return op
  throw invalid(
    typeof op === "string" ? `There is no operation ${quoted(op)}.` : `"op" must be create, update or delete.`,
    typeof op === "string" ? suggestion(op, Object.keys(membersByOp)) : undefined,
  )
}

function checkMembers(op: Op, members: Members): void {
  const known: readonly string[] = membersByOp[op]
  for (const name of Object.keys(members)) {
    if (known.includes(name)) continue
    const next = op === "create" && name === "id" ? `Put the id into "data".` : suggestion(name, known)
    throw invalid(`"${op}" has no member ${quoted(name)}.`, next)
  }
  for (const name of known) {
    if (name !== "if_match" && !Object.hasOwn(members, name)) throw invalid(`"${op}" needs the member "${name}".`)
  }
}

/** Int keys may be written as numbers. */
function idOf(members: Members): string {
  const { id } = members
  return typeof id === "number" ? String(id) : textOf(members, "id")
}

function ifMatchOf(members: Members): string | undefined {
  const { if_match: tag } = members
  return tag === undefined || tag === null ? undefined : textOf(members, "if_match")
}

function textOf(members: Members, name: string): string {
  const value = members[name]
  if (typeof value !== "string") throw invalid(`"${name}" must be a string.`)
  return value
}

function invalid(message: string, next?: string): AlyxError {
  return alyxError("VALIDATION_ERROR", { message, ...(next === undefined ? {} : { next }) })
}
