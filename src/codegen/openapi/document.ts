import type { RequestLimits } from "../../project/request-limits.ts"
import type { JsonSchema } from "../../schema/json-schema.ts"
import type { Schema } from "../../schema/schema.ts"
import { securitySchemes } from "./access.ts"
import { authPaths } from "./auth-paths.ts"
import { authSchemas } from "./auth-schemas.ts"
import { batchPath, batchSchemas } from "./batch.ts"
import { collectionPaths } from "./collection-paths.ts"
import { collectionSchemas } from "./collection-schemas.ts"
import { nameCollections } from "./component-names.ts"
import { ErrorAnswers } from "./error-answers.ts"
import { errorSchemas } from "./error-schemas.ts"
import { functionPaths } from "./function-paths.ts"
import type { DescribedFunction } from "./function-paths.ts"
import { commonHeaders } from "./headers.ts"
import type { PathItem } from "./operation.ts"
import { commonParameters } from "./parameters.ts"
import { operationIds } from "./shared-names.ts"
import { servicePaths, serviceSchemas } from "./service-paths.ts"

/** What the document depends on besides the schema. */
export interface OpenApiOptions {
  /** The version of Alyx that serves the API. */
  readonly version: string
  readonly limits: RequestLimits
  /** Where the API is; the origin that serves the document when left out. */
  readonly serverUrl?: string
  /** `auth.collection`: the collection that has a document for each account; null for none. */
  readonly accountsCollection: string | null
  /** Whether the server shows this document (`api.docs`). */
  readonly isServed: boolean
  /** Those that are served over HTTP; none where left out. */
  readonly functions?: readonly DescribedFunction[]
}

/** An OpenAPI 3.1 document, ready to be written as JSON or YAML. */
export interface OpenApiDocument {
  readonly openapi: "3.1.0"
  readonly info: JsonSchema
  readonly servers: readonly JsonSchema[]
  /** Empty: each operation says whether it takes a token. */
  readonly security: readonly []
  readonly tags: readonly JsonSchema[]
  readonly paths: Readonly<Record<string, PathItem>>
  readonly components: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>
}

/** Describes the API of a schema: equal for equal input, and sorted, so that two documents can be compared as text. */
export function openApiDocument(schema: Schema, options: OpenApiOptions): OpenApiDocument {
  const { limits, functions = [] } = options
  const collections = nameCollections(schema)
  const errors = new ErrorAnswers()
  const users = schema.collections.has(options.accountsCollection ?? "") ? options.accountsCollection : null
  const paths: Record<string, PathItem> = {
    ...batchPath({ collections, limits, errors, schema, users }),
    ...authPaths(errors),
    ...servicePaths({ errors, isServed: options.isServed }),
  }
  const schemas: Record<string, JsonSchema> = {
    ...errorSchemas,
    ...batchSchemas(collections, limits),
    ...serviceSchemas,
    ...authSchemas(schema.collections.get(users ?? "") ?? null),
  }
  for (const named of collections.values()) {
    Object.assign(paths, collectionPaths({ named, schema, limits, errors, users }))
    Object.assign(schemas, collectionSchemas({ named, collections, schema, limits, users }))
  }
  for (const [path, item] of Object.entries(functionPaths(functions, errors))) paths[path] = { ...paths[path], ...item }
  // A function may answer at `/` in our place.
  if (paths["/"]?.get?.operationId !== operationIds.root) delete schemas["Root"]
  return {
    openapi: "3.1.0",
    info: info(schema, options),
    servers: [{ url: options.serverUrl ?? "/" }],
    security: [],
    tags: [
      ...Array.from(collections.values(), ({ collection, tag }) => ({
        name: tag,
        description: `The documents of the collection \`${collection.name}\`.`,
      })),
      { name: "Auth", description: "Accounts, tokens and sessions." },
      { name: "Batch", description: "Several writes at once." },
      ...(functions.length === 0 ? [] : [{ name: "Functions", description: "What the project's own code answers." }]),
      { name: "Server", description: "What the server says of itself." },
    ],
    paths: sorted(paths),
    components: {
      examples: errors.examples(),
      headers: commonHeaders,
      parameters: commonParameters,
      responses: errors.responses(),
      schemas: sorted(schemas),
      securitySchemes,
    },
  }
}

function info(schema: Schema, { version, limits }: OpenApiOptions): JsonSchema {
  return {
    title: "Alyx API",
    version,
    summary: "The documents of one schema.yaml over HTTP.",
    description: [
      "Every collection of the schema can be listed, read and written; made from the schema, so it is never behind.",
      `Bodies are JSON in UTF-8, at most ${limits.bodyLimitBytes} bytes; URLs have at most ${limits.urlLimitBytes} bytes.`,
      "A query parameter that is not known is refused, never passed over. Every answer of 400 and above has the form `Error`: decide by `error.code`.",
      "Who is asking is said with a token: `Authorization: Bearer …`. Rules of the schema decide what each caller may do and see: what one may not read is missing in lists, 404 by its id, and an answer about it holds only its key. Admins pass every rule.",
      "`HEAD` works wherever `GET` does, and `OPTIONS` names the methods of a path. Answers of 4 KB and more are compressed for clients that accept gzip; their `ETag` then ends with `-gzip`, and means the same document.",
    ].join("\n\n"),
    // OpenAPI asks for the licence of the API, which only its operator knows; SPDX has this word for that.
    license: { name: "Not stated by the operator of this server", identifier: "NOASSERTION" },
    "x-schema-hash": schema.hash,
  }
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
