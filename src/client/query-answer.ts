import type { IncomingMessage } from "node:http"
import { createInterface } from "node:readline"

import { isAlyxError } from "../errors.ts"
import type { WireError } from "../protocol/admin-api.ts"
import type { QueryEnd, QueryHead, QueryRequest } from "../protocol/data-api.ts"
import type { DaemonClient } from "./daemon-client.ts"
import { errorFromWire } from "./socket-request.ts"
import { answerEndedEarly } from "./ended-early.ts"

/** A value of a row as it comes over the wire; an object is what JSON cannot hold. */
export type QueryValue =
  | string
  | number
  | null
  | { readonly base64: string }
  | { readonly integer: string }
  | { readonly real: string }

export type QueryRow = readonly QueryValue[]

/** The answer to a query; its rows come as they are read, and its end after them. */
export interface QueryAnswer {
  readonly columns: readonly string[]
  readonly rows: AsyncGenerator<QueryRow, QueryEnd>
}

/** Asks a daemon for the rows of a statement. Leaving the rows ends the statement. */
export async function askQuery(
  client: DaemonClient,
  request: QueryRequest,
  options: { readonly signal?: AbortSignal } = {},
): Promise<QueryAnswer> {
  const response = await client.open("/api/admin/db/query", {
    method: "POST",
    body: JSON.stringify(request),
    headers: { "content-type": "application/json", accept: "application/x-ndjson" },
    ...options,
  })
  const lines = createInterface({ input: response })[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done === true) throw answerEndedEarly()
  const head = JSON.parse(first.value) as QueryHead | { readonly error: WireError }
  if ("error" in head) throw errorFromWire(head.error)
  return { columns: head.columns, rows: readRows(response, lines) }
}

async function* readRows(response: IncomingMessage, lines: AsyncIterator<string>): AsyncGenerator<QueryRow, QueryEnd> {
  try {
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
      const value = JSON.parse(next.value) as QueryRow | QueryEnd | { readonly error: WireError }
      if (Array.isArray(value)) yield value as QueryRow
      else if ("error" in value) throw errorFromWire(value.error)
      else return value as QueryEnd
    }
    throw answerEndedEarly()
  } catch (error) {
    throw isAlyxError(error) ? error : answerEndedEarly(error)
  } finally {
    response.destroy()
  }
}
