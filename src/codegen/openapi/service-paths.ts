import type { ErrorCode } from "../../errors.ts"
import type { JsonSchema } from "../../schema/json-schema.ts"
import { security } from "./access.ts"
import type { ErrorAnswers } from "./error-answers.ts"
import { edgeCodes } from "./error-codes.ts"
import { documentHeaders, everyAnswer } from "./headers.ts"
import type { Operation, PathItem } from "./operation.ts"
import { componentRef, jsonContent, wholeObject } from "./operation.ts"
import { operationIds } from "./shared-names.ts"

interface Service {
  readonly id: keyof typeof operationIds
  readonly summary: string
  readonly description?: string
  readonly content: JsonSchema
  readonly codes?: readonly ErrorCode[]
  /** Off loopback it is for admins. */
  readonly needsAdmin?: boolean
}

const readinessCodes: readonly ErrorCode[] = [
  ...edgeCodes,
  "DATABASE_BUSY",
  "DATABASE_CORRUPT",
  "DATABASE_MOVED",
  "SHUTTING_DOWN",
]

const adminCodes: readonly ErrorCode[] = ["UNAUTHENTICATED", "NOT_ADMIN"]

const services: Readonly<Record<string, Service>> = {
  "/": {
    id: "root",
    summary: "What answers here, and where to go on",
    content: jsonContent(componentRef("schemas", "Root")),
  },
  "/health": {
    id: "health",
    summary: "Whether requests would succeed, in words",
    content: jsonContent(componentRef("schemas", "Health")),
    codes: readinessCodes,
  },
  "/health/live": {
    id: "live",
    summary: "Whether the process answers",
    content: jsonContent(componentRef("schemas", "Status")),
    codes: edgeCodes.filter((code) => code !== "STARTING"),
  },
  "/health/ready": {
    id: "ready",
    summary: "Whether requests would succeed",
    content: jsonContent(componentRef("schemas", "Status")),
    codes: readinessCodes,
  },
  "/health/stats": {
    id: "stats",
    summary: "Figures of the process and the database",
    content: jsonContent(componentRef("schemas", "HealthStats")),
    codes: [...edgeCodes, ...adminCodes, "SHUTTING_DOWN"],
    needsAdmin: true,
  },
  "/metrics": {
    id: "metrics",
    summary: "Figures in the text format of Prometheus",
    content: { "text/plain": { schema: { type: "string" } } },
    codes: [...edgeCodes, ...adminCodes],
    needsAdmin: true,
  },
}

/** The paths that say something of the server itself; those of this document only where it is served. */
export function servicePaths({
  errors,
  isServed,
}: {
  readonly errors: ErrorAnswers
  readonly isServed: boolean
}): Record<string, PathItem> {
  const paths = Object.entries(services).map(([path, service]) => [path, { get: operation(service, errors) }] as const)
  return { ...Object.fromEntries(paths), ...(isServed ? documentPaths(errors) : {}) }
}

function operation(
  { id, summary, content, codes = edgeCodes, needsAdmin = false }: Service,
  errors: ErrorAnswers,
): Operation {
  return {
    operationId: operationIds[id],
    tags: ["Server"],
    summary,
    security: needsAdmin ? security.optional : security.none,
    parameters: [componentRef("parameters", "XRequestId")],
    responses: {
      "200": { description: "What was asked for.", headers: everyAnswer, content },
      ...errors.answersOf("Server", codes),
    },
  }
}

/** The document's own paths. */
function documentPaths(errors: ErrorAnswers): Record<string, PathItem> {
  const forms = [
    {
      id: "openapiJson",
      path: "/api/openapi.json",
      name: "JSON",
      type: "application/json",
      schema: { type: "object" },
    },
    {
      id: "openapiYaml",
      path: "/api/openapi.yaml",
      name: "YAML",
      type: "application/yaml",
      schema: { type: "string" },
    },
  ] as const
  return Object.fromEntries(
    forms.map(({ id, path, name, type, schema }) => {
      const get: Operation = {
        ...operation({ id, summary: `This document as ${name}`, content: {} }, errors),
        parameters: [componentRef("parameters", "IfNoneMatch"), componentRef("parameters", "XRequestId")],
        responses: {
          "200": { description: "The document.", headers: documentHeaders, content: { [type]: { schema } } },
          "304": {
            description: "The document is still the one that `If-None-Match` names.",
            headers: { ETag: componentRef("headers", "MatchedETag"), ...everyAnswer },
          },
          ...errors.answersOf("Server", edgeCodes),
        },
      }
      return [path, { get }]
    }),
  )
}

const count: JsonSchema = { type: "integer", minimum: 0 }
const word: JsonSchema = { type: "string" }

/** The schemas of those answers. */
export const serviceSchemas: Readonly<Record<string, JsonSchema>> = {
  Root: {
    type: "object",
    properties: {
      name: { type: "string", const: "alyx" },
      version: word,
      links: {
        type: "object",
        description:
          "Where to go on; `docs` and `openapi` where `api.docs` is on. `realtime` takes sockets; `functions` where there are any.",
        properties: {
          documents: word,
          batch: word,
          register: word,
          login: word,
          realtime: word,
          functions: word,
          health: word,
          metrics: word,
          docs: word,
          openapi: word,
        },
        required: ["documents", "batch", "register", "login", "health", "metrics"],
      },
      collections: { type: "array", description: "The path of each collection, under `alyx dev`.", items: word },
      functions: { type: "array", description: "The path of each function, under `alyx dev`.", items: word },
    },
    required: ["name", "version", "links"],
  },
  Status: wholeObject({ status: { type: "string", const: "ok" } }),
  Health: wholeObject({
    status: { type: "string", const: "ok" },
    version: word,
    uptime_seconds: count,
    checks: wholeObject({ database: { type: "string", const: "ok" } }),
  }),
  HealthStats: wholeObject({
    status: { type: "string", enum: ["ok", "failing"] },
    version: word,
    uptime_seconds: count,
    memory: wholeObject({ rss_bytes: count, heap_used_bytes: count }),
    database: wholeObject({
      file_bytes: count,
      wal_bytes: count,
      commits: count,
      writes: count,
      syncs: count,
      waiting: count,
    }),
    requests: wholeObject({ total: count, failed: count, in_flight: count }),
    collections: count,
  }),
}
