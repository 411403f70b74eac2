import { isUuid } from "./fields/uuid.ts"
import type { StringFormat } from "./schema.ts"

/** What browsers accept in an e-mail input, with a dot in the domain. Linear: no part can match in two ways. */
const emailRegExp =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/

/** The longest address that mail servers carry. */
const emailLengthMax = 254

/** A format with its test and its words for messages. */
interface FormatRule {
  readonly expected: string
  /** The name of the format in JSON Schema. */
  readonly jsonSchemaFormat: string
  readonly test: (value: string) => boolean
}

/** What each `format:` holds a string to. */
export const stringFormatRules: Readonly<Record<StringFormat, FormatRule>> = {
  email: {
    expected: "an e-mail address",
    jsonSchemaFormat: "email",
    test: (value) => value.length <= emailLengthMax && emailRegExp.test(value),
  },
  url: {
    expected: "a URL that begins with http:// or https://",
    jsonSchemaFormat: "uri",
    test: isWebUrl,
  },
  uuid: { expected: "a UUID", jsonSchemaFormat: "uuid", test: isUuid },
}

/** Other schemes, such as javascript:, would turn a link into a script; the parser alone would also skip white space. */
function isWebUrl(value: string): boolean {
  return /^https?:\/\/[^\s\p{Cc}]+$/iu.test(value) && URL.canParse(value)
}
