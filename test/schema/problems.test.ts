import { describe, expect, test } from "vitest"

import { parseSchema } from "../../src/schema/parse.ts"
import { badSchemas } from "./bad-schemas.ts"
import { readMarked } from "./marked-text.ts"

describe("a schema with one problem", () => {
  test.each(badSchemas)("$name is reported once, with its place and what to do", (bad) => {
    const { text, line, column } = readMarked(bad.text)

    const { schema, problems } = parseSchema(text, "schema.yaml")

    expect(schema).toBeNull()
    expect(problems.map((problem) => problem.code)).toEqual([bad.code])
    const [problem] = problems
    expect(problem?.at).toMatchObject({ file: "schema.yaml", line, column })
    expect(problem?.message).toContain(bad.says ?? "")
    expect(problem?.next ?? "").toContain(bad.next ?? "")
    expect(problem?.message).toMatch(/\.$/)
  })
})
