import { expect, test } from "vitest"

import { paintNothing } from "../../../src/ui/paint.ts"
import { renderDraft } from "../../../src/ui/migrations/draft-text.ts"

const look = { paint: paintNothing, columns: 80 }
const file = "migrations/002_rename_title.yaml"

test("a complete draft says where it is and what to do next", () => {
  expect(renderDraft({ file, questions: [], impossible: [] }, look)).toBe(
    `✓ Wrote ${file}\nNext: look at the file, then: alyx migrate plan`,
  )
})

test("what is left open is named", () => {
  const question = { id: "a:b", question: "Was posts.a renamed to posts.b?", from: "posts.a", to: "posts.b" }

  const text = renderDraft({ file, questions: [question], impossible: ["~ posts primary key"] }, look)

  expect(text).toContain("! 1 question left open as comments:\n    Was posts.a renamed to posts.b?")
  expect(text).toContain("✗ No operation can do this; the file says what to do:\n    ~ posts primary key")
  expect(text).toContain("Next: answer them in the file")
})
