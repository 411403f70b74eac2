import * as fc from "fast-check"
import { expect, test } from "vitest"

import { renderTemplate } from "../../src/lib/template.ts"

test("values are put in as they are, and str writes any text as a literal", () => {
  const name = `o'Brien "& </script>\u2028`

  const text = renderTemplate(String.raw`{{name}} {{str name}} \{{name}}`, { name })

  expect(text).toBe(String.raw`${name} "o'Brien \"& <\/script>\u2028" {{name}}`)
})

test("what str writes reads back as the same value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      expect(JSON.parse(renderTemplate("{{str value}}", { value }))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test.each(["{{missing}}", "{{unknownHelper name}}", "{{name", "{{name.inner.deep}}"])("%j is refused", (source) => {
  expect(() => renderTemplate(source, { name: "x" })).toThrow()
})

test("data cannot reach into prototypes", () => {
  expect(() => renderTemplate("{{name.constructor.name}}", { name: "x" })).toThrow()
})
