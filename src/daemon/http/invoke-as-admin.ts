import type { FastifyReply, FastifyRequest } from "fastify"

import { isAlyxError } from "../../errors.ts"
import { roundMs } from "../../lib/round-ms.ts"
import type { FunctionLog, InvokeResponse } from "../../protocol/functions-api.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import { findIdentity } from "../auth/find-identity.ts"
import type { Caller } from "../caller.ts"
import { bareRequest } from "../callers.ts"
import type { EndedInvocation, InvokeResult } from "../functions/functions.ts"
import type { Database } from "../storage/database.ts"
import { requireMembers } from "./body-members.ts"
import { readOutput } from "./function-answer.ts"
import type { FunctionEdge } from "./function-edge.ts"
import { leftSignal } from "./left-signal.ts"

/** How long the answer waits for a call that goes on behind it (waitUntil), for its logs. */
const endWaitMs = 1_000

/** The end of a call that failed is told with the failure, that of one that was refused never. */
const failedWaitMs = 50

/** What came of a call: the answer, or why there is none. */
type Outcome = { readonly result: InvokeResult } | { readonly error: unknown }

/** Whom a call acts as: found in the accounts and keys of the database. */
export interface InvokeParts {
  readonly functions: FunctionEdge
  readonly database: Pick<Database, "read">
}

/**
 * Calls a function as the admin who asks, or as whom they name, and says all of it: the answer, the logs, and the error with
 * its place.
 */
export async function invokeAsAdmin(
  { functions, database }: InvokeParts,
  { name, request, reply }: { readonly name: string; readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<InvokeResponse> {
  const { input, as } = requireMembers(request.body ?? {}, members, 'Send {"input": …, "as": "ada@example.com"}.')
  const caller = as === undefined ? request.caller : callerNamed(database, as as string, request)
  const end = Promise.withResolvers<EndedInvocation>()
  const stop = functions.onEnded((ended) => {
    if (ended.invocation.caller === caller && ended.invocation.parent === null) end.resolve(ended)
  })
  try {
    const outcome = await settled(
      functions.service.invoke({
        name,
        // Nothing is no JSON: a function that takes an object gets an empty one, as for a request without a body.
        input: Buffer.from(input === undefined ? "" : JSON.stringify(input)),
        request: null,
        caller,
        trigger: { type: "cli", id: null },
        parent: null,
        signal: leftSignal(reply),
      }),
    )
    const ended = await within(end.promise, "error" in outcome ? failedWaitMs : endWaitMs)
    if ("error" in outcome && (ended === undefined || !isAlyxError(outcome.error))) throw outcome.error
    return await answerOf(functions, outcome, ended)
  } finally {
    stop()
  }
}

const whoLengthMax = 1_000

const members = {
  input: { check: () => null },
  as: {
    check: (value: unknown) =>
      typeof value === "string" && value.length > 0 && value.length <= whoLengthMax
        ? null
        : `must be a text of 1 to ${whoLengthMax} characters`,
  },
} as const

/** An object of its own for each call, by which the end of the call is known. */
function callerNamed(database: Pick<Database, "read">, who: string, { caller, id }: FastifyRequest): Caller {
  const { address } = caller
  return { ...findIdentity(database, who), owner: false, address, requestId: id, request: bareRequest(address) }
}

async function answerOf(
  { executions }: Pick<FunctionEdge, "executions">,
  outcome: Outcome,
  ended: EndedInvocation | undefined,
): Promise<InvokeResponse> {
  await executions.flush()
  const record = ended === undefined ? undefined : executions.get(ended.invocation.executionId)
  const logs = record?.logs === undefined || record.logs === null ? [] : (JSON.parse(record.logs) as FunctionLog[])
  const executionId = ended?.invocation.executionId ?? ("result" in outcome ? outcome.result.executionId : "")
  if ("error" in outcome) {
    const error = record?.error ? (JSON.parse(record.error) as InvokeResponse["error"]) : toWireError(outcome.error)
    const status = isAlyxError(outcome.error) ? outcome.error.status : 500
    return { executionId, durationMs: roundMs(ended?.durationMs ?? 0), status, output: null, logs, error }
  }
  const { result } = outcome
  return {
    executionId,
    durationMs: roundMs(result.durationMs),
    status: result.head?.status ?? 200,
    output: shownOutput(result.output),
    logs,
    error: null,
  }
}

function shownOutput(output: Uint8Array): unknown {
  const { encoding, text } = readOutput(output)
  if (encoding === "json") return JSON.parse(text) as unknown
  return encoding === "text" ? text : { bytes: output.byteLength }
}

async function settled(call: Promise<InvokeResult>): Promise<Outcome> {
  try {
    return { result: await call }
  } catch (error) {
    return { error }
  }
}

/** What the promise comes to, if it does in time. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
