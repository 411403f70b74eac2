import type { Schema } from "../../schema/schema.ts"

/** Tells the name of a secret from any other. */
export type IsSecret = (name: string) => boolean

/** What no other word contains. */
const secretParts =
  /password|passwd|passphrase|passcode|pwd|secret|token|credential|authorization|bearer|jwt|cookie|signature|(?:api|access|private)[-_ ]?key/i

/** What other words contain, such as "author" and "compass": it counts as a word of its own. */
const secretWords = /(?:^|[^a-z])(?:pass|o?auth|t?otp|ssn|sessions?(?:id)?)(?:$|[^a-z])/

const keyWord = /(?:^|[^a-z])keys?(?:$|[^a-z])/

/** Under these a parameter of a URL is a secret; a field of a document is more often something else. */
const secretParameters = new Set(["key", "sig", "code"])

/** True for names under which secrets stand: `password`, `api_key`, `refreshToken`, `X-Auth`. */
export function isSecretName(name: string): boolean {
  return secretParts.test(name) || secretWords.test(wordsOf(name))
}

/** True for the names of parameters of URLs under which secrets stand. */
export function isSecretParameter(name: string): boolean {
  return secretParameters.has(name.toLowerCase()) || isSecretName(name)
}

/** True for the names of variables under which secrets stand: STRIPE_KEY is one, a field named `key` mostly is none. */
export function isSecretVariable(name: string): boolean {
  return isSecretName(name) || keyWord.test(wordsOf(name))
}

/** In lower case, with a line between the words of `userPass` and `XAuth`. */
function wordsOf(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_").toLowerCase()
}

const bySchema = new WeakMap<Schema, IsSecret>()

/** As isSecretName, and true for the fields that the schema calls internal, in whichever collection. */
export function secretNamesOf(schema: Schema): IsSecret {
  const known = bySchema.get(schema)
  if (known !== undefined) return known
  const fields = [...schema.collections.values()].flatMap((collection) => [...collection.fields.values()])
  const internal = new Set(fields.filter((field) => field.internal).map(({ name }) => name))
  const isSecret: IsSecret = (name) => internal.has(name) || isSecretName(name)
  bySchema.set(schema, isSecret)
  return isSecret
}
