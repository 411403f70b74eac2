import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

import { alyxError } from "../../../errors.ts"
import { runBatch } from "../../records/batch.ts"
import { createRecord } from "../../records/create.ts"
import { deleteRecord } from "../../records/delete.ts"
import { getRecord } from "../../records/get.ts"
import type { FoundRecord } from "../../records/get.ts"
import { listRecords } from "../../records/list.ts"
import type { JsonText, QueryPairs, RecordAnswer } from "../../records/records.ts"
import { updateRecord } from "../../records/update.ts"
import type { Compression } from "../compression.ts"
import { jsonContentType } from "../errors.ts"
import type { HttpParts } from "../parts.ts"
import { parseQueryString } from "../query-string.ts"
import { addResource } from "../resource.ts"

/** Serves documents: `/api/collections/:name`, `/api/collections/:name/:id` and `/api/batch`. */
export function recordRoutes(app: FastifyInstance, { records, schemas }: HttpParts, compression: Compression): void {
  const sendJson = (request: FastifyRequest, reply: FastifyReply, body: JsonText) =>
    compression.send(request, reply.header("content-type", jsonContentType), body)
  const sendDocument = (request: FastifyRequest, reply: FastifyReply, { body, etag }: RecordAnswer) =>
    sendJson(request, reply.header("etag", etag), body)

  addResource(app, "/api/collections/:name", {
    GET(request, reply) {
      const found = listRecords(records, { ...frame(request), query: queryOf(request) })
      if (!(found instanceof Promise)) return sendJson(request, reply, found)
      return found.then((body) => {
        sendJson(request, reply, body)
        return reply
      })
    },
    async POST(request, reply) {
      const created = await createRecord(records, { ...frame(request), query: queryOf(request), body: bodyOf(request) })
      const { name } = request.params as PathParameters
      reply.code(201).header("location", `/api/collections/${name}/${encodeURIComponent(created.id)}`)
      sendDocument(request, reply, created)
      return reply
    },
  })

  addResource(app, "/api/collections/:name/:id", {
    GET(request, reply) {
      const { "if-none-match": tags } = request.headers
      const found = getRecord(records, {
        ...frame(request),
        id: idOf(request),
        query: queryOf(request),
        ...(tags === undefined ? {} : { ifNoneMatch: tags }),
      })
      const send = (answer: FoundRecord): void => {
        if (answer !== "not-modified") return sendDocument(request, reply, answer)
        // A single tag that matched is the tag; of several the client learns it from its own cache.
        if (tags !== undefined && /^"[^"]*"$/.test(tags)) reply.header("etag", tags)
        reply.code(304).send()
      }
      if (!(found instanceof Promise)) return send(found)
      return found.then((answer) => {
        send(answer)
        return reply
      })
    },
    async PATCH(request, reply) {
      const updated = await updateRecord(records, {
        ...frame(request),
        ...ifMatch(request),
        id: idOf(request),
        query: queryOf(request),
        body: bodyOf(request),
      })
      sendDocument(request, reply, updated)
      return reply
    },
    async DELETE(request, reply) {
      await deleteRecord(records, {
        ...frame(request),
        ...ifMatch(request),
        id: idOf(request),
        query: queryOf(request),
      })
      return reply.code(204).send()
    },
  })

  addResource(app, "/api/batch", {
    async POST(request, reply) {
      const asked = { schema: schemas.current, caller: request.caller, query: queryOf(request), body: bodyOf(request) }
      sendJson(request, reply, await runBatch(records, asked))
      return reply
    },
  })

  function frame(request: FastifyRequest) {
    const { name } = request.params as PathParameters
    return { schema: schemas.current, collection: name, caller: request.caller }
  }
}

interface PathParameters {
  readonly name: string
  readonly id: string
}

function idOf(request: FastifyRequest): string {
  return (request.params as PathParameters).id
}

function queryOf(request: FastifyRequest): QueryPairs {
  return parseQueryString(request.query as string)
}

/** A write without a body is a slip: an empty object would be a document of defaults. */
function bodyOf(request: FastifyRequest): unknown {
  if (request.body !== undefined) return request.body
  throw alyxError("INVALID_JSON", {
    message: "The body is empty.",
    next: "Send a JSON object, with the header `content-type: application/json`.",
  })
}

function ifMatch(request: FastifyRequest): { ifMatch?: string } {
  const tags = request.headers["if-match"]
  return tags === undefined ? {} : { ifMatch: tags }
}
