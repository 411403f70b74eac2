import { expect, test } from "vitest"

import { redactorOf } from "../../../src/daemon/secrets/redactor.ts"
import { SchemaHolder } from "../../../src/daemon/schema-holder.ts"
import { parseSchema } from "../../../src/schema/parse.ts"

const { schema } = parseSchema(
  "collections:\n  notes:\n    fields:\n      title: { type: string }\n      margin: { type: string, internal: true }\n",
  "schema.yaml",
)
const redactor = redactorOf(
  { values: () => ["sk_live_1234", 'with "quotes" in it', "sk_live_1234_TAIL", "short", "123456789", "nabcdefgh"] },
  new SchemaHolder(schema!),
)

test.each([
  ["key sk_live_1234, again sk_live_1234.", "key [hidden], again [hidden]."],
  ['it is with "quotes" in it!', "it is [hidden]!"],
  ["short words stay", "short words stay"],
  ["sk_live_1234_TAIL and sk_live_1234", "[hidden] and [hidden]"],
  ["Bearer alyx_call_0f9a77!", "Bearer [hidden]!"],
])("of the text %j stays %j", (text, shown) => {
  expect(redactor.text(text)).toBe(shown)
})

test.each([
  ['{"margin":12,"title":"sk_live_1234"}', '{"margin":"[hidden]","title":"[hidden]"}'],
  ['{"password":"x","a":["with \\"quotes\\" in it"]}', '{"password":"[hidden]","a":["[hidden]"]}'],
  ['{"title":"cut sk_live_1234', '{"title":"cut [hidden]'],
  ["plain", "plain"],
  ['{"n":123456789,"m":[-1234567890.5,12],"t":"123456789"}', '{"n":"[hidden]","m":["[hidden]",12],"t":"[hidden]"}'],
  ['{"t":"\\nabcdefgh","s":"sk_live\\u005f1234"}', '{"t":"\\nabcdefgh","s":"[hidden]"}'],
  ['{"t":"alyx_call_0f9a77 sk_live_1234_TAIL"}', '{"t":"[hidden] [hidden]"}'],
])("of the JSON %s stays %s", (text, shown) => {
  expect(redactor.json(text)).toBe(shown)
})
