import { expect, test } from "vitest"

import { redactorOf } from "../../../src/daemon/secrets/redactor.ts"
import { SchemaHolder } from "../../../src/daemon/schema-holder.ts"
import { parseSchema } from "../../../src/schema/parse.ts"

const { schema } = parseSchema(
  "collections:\n  notes:\n    fields:\n      title: { type: string }\n      margin: { type: string, internal: true }\n",
  "schema.yaml",
)
const redactor = redactorOf(
  { values: () => ["sk_live_1234", 'with "quotes" in it', "short", "123456789"] },
  new SchemaHolder(schema!),
)

test.each([
  ["key sk_live_1234, again sk_live_1234.", "key [hidden], again [hidden]."],
  ['it is with "quotes" in it!', "it is [hidden]!"],
  ["short words stay", "short words stay"],
])("of the text %j stays %j", (text, shown) => {
  expect(redactor.text(text)).toBe(shown)
})

test.each([
  ['{"margin":12,"title":"sk_live_1234"}', '{"margin":"[hidden]","title":"[hidden]"}'],
  ['{"password":"x","a":["with \\"quotes\\" in it"]}', '{"password":"[hidden]","a":["[hidden]"]}'],
  ['{"title":"cut sk_live_1234', '{"title":"cut [hidden]'],
  ["plain", "plain"],
])("of the JSON %s stays %s", (text, shown) => {
  expect(redactor.json(text)).toBe(shown)
})
