import { openApiDocument } from "../../../src/codegen/openapi/document.ts"
import type { OpenApiDocument, OpenApiOptions } from "../../../src/codegen/openapi/document.ts"
import { requestLimits } from "../../../src/project/request-limits.ts"
import { loadConfig } from "../../../src/project/load-config.ts"
import type { Schema } from "../../../src/schema/schema.ts"
import { requireSchema } from "../../schema/arbitrary-schema.ts"

/** The limits of a project that sets none. */
export const defaultLimits = requestLimits(
  loadConfig({ root: import.meta.dirname, env: {}, flags: {}, mode: "start" }).config!,
)

/** The document of a schema under the default configuration. */
export function madeDocument(schema: Schema | string, options: Partial<OpenApiOptions> = {}): OpenApiDocument {
  const parsed = typeof schema === "string" ? requireSchema(schema) : schema
  return openApiDocument(parsed, {
    version: "1.2.3",
    limits: defaultLimits,
    isServed: true,
    accountsCollection: "users",
    ...options,
  })
}
