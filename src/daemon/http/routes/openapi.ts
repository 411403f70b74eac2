import type { FastifyInstance } from "fastify"

import { openApiDocument } from "../../../codegen/openapi/document.ts"
import type { DocumentFormat } from "../../../codegen/openapi/document-text.ts"
import { openApiText } from "../../../codegen/openapi/document-text.ts"
import type { RequestLimits } from "../../../project/request-limits.ts"
import type { Schema } from "../../../schema/schema.ts"
import { entityTag, matchesWeakly } from "../../records/etag.ts"
import { describedFunctions } from "../described-functions.ts"
import type { Compression } from "../compression.ts"
import { jsonContentType } from "../errors.ts"
import type { InsiderParts } from "../insiders.ts"
import { requireDocs } from "../not-found.ts"
import type { HttpParts } from "../parts.ts"
import { addResource } from "../resource.ts"
import type { ResourceHandlers } from "../resource.ts"

interface ServedText {
  readonly text: string
  readonly etag: string
}

/** The texts that were asked for, and the limits that they speak of. */
interface Served {
  readonly limits: string
  readonly texts: Map<DocumentFormat, ServedText>
}

const contentTypes: Readonly<Record<DocumentFormat, string>> = {
  json: jsonContentType,
  yaml: "application/yaml; charset=utf-8",
}

/** Serves `/api/openapi.json` and `/api/openapi.yaml`: made once for each schema, when first asked for. */
export function openApiRoutes(app: FastifyInstance, parts: HttpParts & InsiderParts, compression: Compression): void {
  const { config, schemas, records, version, functions } = parts
  const { accountsCollection } = records
  let servedBySchema = new WeakMap<Schema, Served>()
  functions.onChange(() => void (servedBySchema = new WeakMap()))

  const textOf = (schema: Schema, format: DocumentFormat): ServedText => {
    const limits = limitsOf()
    const key = JSON.stringify(limits)
    let served = servedBySchema.get(schema)
    if (served?.limits !== key) {
      served = { limits: key, texts: new Map() }
      servedBySchema.set(schema, served)
    }
    const known = served.texts.get(format)
    if (known !== undefined) return known
    const options = { version, limits, accountsCollection, isServed: true, functions: describedFunctions(functions) }
    const text = openApiText(openApiDocument(schema, options), format)
    const made = { text, etag: entityTag(text) }
    served.texts.set(format, made)
    return made
  }

  const limitsOf = (): RequestLimits => {
    const { bodyLimitBytes, urlLimitBytes } = config().server
    return { ...records.limits, bodyLimitBytes, urlLimitBytes }
  }

  for (const format of ["json", "yaml"] as const) {
    const handlers: ResourceHandlers = {
      GET(request, reply) {
        const { text, etag } = textOf(schemas.current, format)
        reply.header("etag", etag).header("cache-control", "no-cache")
        if (matchesWeakly(request.headers["if-none-match"] ?? "", etag)) return void reply.code(304).send()
        compression.send(request, reply.header("content-type", contentTypes[format]), text)
      },
    }
    addResource(app, `/api/openapi.${format}`, handlers, requireDocs(parts))
  }
}
