import { Validator } from "@cfworker/json-schema"

import type { JsonSchema } from "../../../../src/functions/built-function.ts"
import { convertTexts } from "./convert-texts.ts"
import { problemsOfOutput } from "./json-schema-problems.ts"
import { quickCheck } from "./quick-check.ts"
import { withDefaults } from "./with-defaults.ts"
import type { ValueSchema } from "./value-schema.ts"

/** A ValueSchema of a JSON Schema 2020-12; made once, when the function is built. */
export function jsonSchemaChecker(jsonSchema: JsonSchema): ValueSchema {
  const validator = new Validator(jsonSchema, "2020-12", false)
  const fits = quickCheck(jsonSchema)
  return {
    jsonSchema,
    mayChange: false,
    check(given, form) {
      const value = withDefaults(jsonSchema, form === "query" ? convertTexts(jsonSchema, given) : given)
      if (fits?.(value) === true) return { ok: true, value }
      const { valid, errors } = validator.validate(value)
      return valid ? { ok: true, value } : { ok: false, problems: problemsOfOutput(jsonSchema, value, errors) }
    },
  }
}
