import { expect, test } from "vitest"

import { parseSchema } from "../../src/schema/parse.ts"

test("a rule whose inner quotes end the outer ones is told what to write instead", () => {
  const text = `collections:\n  posts:\n    fields:\n      title: { type: string }\n    rules:\n      read: "auth.role == "x""\n`

  const [problem] = parseSchema(text, "schema.yaml").problems

  expect(problem).toMatchObject({
    code: "YAML_SYNTAX",
    next: expect.stringContaining("inside \"…\" write '…'") as unknown,
  })
})
