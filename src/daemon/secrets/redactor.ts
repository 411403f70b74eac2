import type { SchemaHolder } from "../schema-holder.ts"
import { hideInJson } from "./hide-in-json.ts"
import { hideInText } from "./hide-in-text.ts"
import { changeStrings, hideValues, hideValuesInJson } from "./hide-values.ts"
import { isSecretName, secretNamesOf } from "./secret-names.ts"
import type { Secrets } from "./secrets.ts"

/** Takes what is secret out of what is kept and told: values of secrets, tokens of calls, and what stands under secret names. */
export interface Redactor {
  /** A message: any text. `[hidden]` stands in place of what is secret, and of what stands after the name of a secret. */
  text(text: string): string
  /** JSON, perhaps cut off, which stays JSON: also the texts in it are gone through. */
  json(text: string): string
}

/** Makes the redactor over what is secret now. */
export function redactorOf(secrets: Pick<Secrets, "values">, schemas: SchemaHolder): Redactor {
  const names = (): typeof isSecretName => (schemas.isReady ? secretNamesOf(schemas.current) : isSecretName)
  return {
    text: (text) => hideInText(hideValues(text, secrets.values()), names()),
    json: (text) => {
      const isSecret = names()
      const shown = changeStrings(hideInJson(text, isSecret), (string) => hideInText(string, isSecret))
      return hideValuesInJson(shown, secrets.values())
    },
  }
}
