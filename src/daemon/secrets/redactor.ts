import type { SchemaHolder } from "../schema-holder.ts"
import { hideInJson } from "./hide-in-json.ts"
import { hideValues, hideValuesInJson } from "./hide-values.ts"
import { isSecretName, secretNamesOf } from "./secret-names.ts"
import type { Secrets } from "./secrets.ts"

/** Takes values of secrets, and tokens of calls, out of what is kept and told: `[hidden]` stands in their place. */
export interface Redactor {
  /** A message, a body: any text. */
  text(text: string): string
  /** JSON, perhaps cut off, which stays JSON: also what stands under names of secrets and of `internal` fields. */
  json(text: string): string
}

/** Makes the redactor over what is secret now. */
export function redactorOf(secrets: Pick<Secrets, "values">, schemas: SchemaHolder): Redactor {
  return {
    text: (text) => hideValues(text, secrets.values()),
    json: (text) => {
      const shown = hideInJson(text, schemas.isReady ? secretNamesOf(schemas.current) : isSecretName)
      return hideValuesInJson(shown, secrets.values())
    },
  }
}
