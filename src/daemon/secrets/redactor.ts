import type { SchemaHolder } from "../schema-holder.ts"
import { hidden, hideInJson } from "./hide-in-json.ts"
import { isSecretName, secretNamesOf } from "./secret-names.ts"
import type { Secrets } from "./secrets.ts"

/** Shorter values would hide words that have nothing to do with them. */
export const redactedLengthMin = 8

/** Takes values of secrets out of what is kept and told: `[hidden]` stands in their place. */
export interface Redactor {
  /** A message, a body: any text. */
  text(text: string): string
  /** JSON, perhaps cut off: also what stands under names of secrets and of `internal` fields. */
  json(text: string): string
}

/** Makes the redactor over what is secret now. */
export function redactorOf(secrets: Pick<Secrets, "values">, schemas: SchemaHolder): Redactor {
  return {
    text: (text) => hide(text, secrets.values()),
    json: (text) => {
      const shown = hideInJson(text, schemas.isReady ? secretNamesOf(schemas.current) : isSecretName)
      return hide(shown, secrets.values().map(insideString))
    },
  }
}

function hide(text: string, values: readonly string[]): string {
  return values.reduce(
    (shown, value) => (value.length < redactedLengthMin ? shown : shown.replaceAll(value, hidden)),
    text,
  )
}

/** As a value stands inside a string of JSON. */
function insideString(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}
