import { Ajv } from "ajv"
import type { ErrorObject, Options, ValidateFunction } from "ajv"
import { fullFormats } from "ajv-formats/dist/formats.js"
import { Ajv2020 } from "ajv/dist/2020.js"

import type { JsonValue } from "./schema.ts"

/** Unknown keywords and formats are errors: they are mostly misspelt ones. */
export const ajvOptions: Options = {
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  validateSchema: false,
  validateFormats: true,
  addUsedSchema: false,
  logger: false,
  formats: fullFormats,
}

/** Compiles a JSON Schema that was judged before: draft 7 when `$schema` says so, else 2020-12. Throws when a keyword is unknown. */
export function compileJsonSchema(schema: JsonValue, options: Options = {}): ValidateFunction {
  const settings = { ...ajvOptions, ...options }
  const ajv = isDraft7(schema) ? new Ajv(settings) : new Ajv2020(settings)
  return ajv.compile(schema as object)
}

/** Tells the dialect. */
export function isDraft7(schema: JsonValue): boolean {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return false
  const dialect = (schema as { readonly [key: string]: JsonValue })["$schema"]
  return typeof dialect === "string" && dialect.includes("draft-07")
}

/** One complaint of Ajv as the end of a sentence after the field's name. */
export function jsonSchemaFaultSentence(error: ErrorObject): string {
  const where = error.instancePath === "" ? "" : `at ${error.instancePath} `
  return `${where}${error.message ?? "does not satisfy its JSON Schema"}`
}
