import { Ajv } from "ajv"
import type { ErrorObject, Options, ValidateFunction } from "ajv"
import { fullFormats } from "ajv-formats/dist/formats.js"
import { Ajv2020 } from "ajv/dist/2020.js"

import { patternFault } from "./linear-pattern.ts"
import type { JsonValue } from "./schema.ts"
import { stringFormatRules } from "./string-formats.ts"

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
  formats: {
    ...fullFormats,
    // All but these take linear time: the first would match in exponential time, the second compiles what it is given.
    url: stringFormatRules.url.test,
    regex: (text: string) => patternFault(text) === null,
  },
}

/** Compiles a JSON Schema that was judged before: draft 7 when `$schema` says so, else 2020-12. Throws when a keyword is unknown. */
export function compileJsonSchema(schema: JsonValue, options: Options = {}): ValidateFunction {
  return makeAjv(schema, options).compile(schema as object)
}

/** Makes the Ajv of the dialect of a schema. */
export function makeAjv(schema: JsonValue, options: Options): Ajv | Ajv2020 {
  const settings = { ...ajvOptions, ...options }
  return isDraft7(schema) ? new Ajv(settings) : new Ajv2020(settings)
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
