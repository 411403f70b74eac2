import { describe, expect, test } from "vitest"

import { alyxError } from "../../src/errors.ts"
import { paintNothing } from "../../src/ui/paint.ts"
import { renderNotices } from "../../src/ui/problem-list.ts"
import { renderError } from "../../src/ui/render-error.ts"
import { toWireError } from "../../src/protocol/wire-error.ts"

const files: Record<string, string> = { "schema.yaml": "a: 1\n  b: two\n" }
const look = { paint: paintNothing, readText: (file: string) => files[file] }
const at = { file: "schema.yaml", line: 2, column: 6, length: 3 }

/** An error at the beginning of a file that holds what looks like WebAssembly. */
function shownAt(file: string): string {
  files[file] = "\0asm\u0001 bytes\n"
  return renderError(alyxError("MANIFEST_INVALID", { message: "Two.", at: { file, line: 1, column: 1 } }), look)
}

describe("renderError", () => {
  test("is a sentence with its code, and the next step", () => {
    const error = alyxError("PORT_IN_USE", { message: "Port 80 is taken.", next: "Take another." })

    expect(renderError(error, look)).toBe("Error: Port 80 is taken. (PORT_IN_USE)\n  Next: Take another.\n")
  })

  test("shows every problem with its line and a caret", () => {
    const problems = [
      { code: "X", message: "Two is no number.", next: "Write 2.", at },
      { code: "Y", message: "Something is missing." },
    ]

    const error = alyxError("SCHEMA_INVALID", { message: "Two problems.", problems })
    expect(renderError(error, look)).toBe(
      `Error: Two problems. (SCHEMA_INVALID)

schema.yaml:2:6 Two is no number.
  1 | a: 1
  2 |   b: two
    |      ^^^
  Write 2.

Something is missing.
`,
    )
  })

  test("names the place of an error that has one", () => {
    const error = alyxError("BUILD_TIME_ACCESS", { message: "Not there.", next: "Move it.", at })

    expect(renderError(error, look)).toBe(
      `Error: Not there. (BUILD_TIME_ACCESS)

schema.yaml:2:6
  1 | a: 1
  2 |   b: two
    |      ^^^

  Next: Move it.
`,
    )
  })

  test("says once what an error and its only problem both say", () => {
    const problems = [{ code: "X", message: "There is no field emial.", next: "Did you mean email?" }]
    const said = { message: "There is no field emial.", next: "Did you mean email?", problems }

    expect(renderError(alyxError("INVALID_FILTER", said), look)).toBe(
      "Error: There is no field emial. (INVALID_FILTER)\n  Next: Did you mean email?\n",
    )
    expect(renderError(alyxError("INVALID_FILTER", { message: "One problem.", next: said.next, problems }), look)).toBe(
      "Error: One problem. (INVALID_FILTER)\n\nThere is no field emial.\n  Did you mean email?\n",
    )
    expect(
      renderError(alyxError("INVALID_FILTER", { ...said, problems: [...problems, { ...problems[0]! }] }), look),
    ).toMatch(/(There is no field emial\.[^]*){3}/)
    const placed = renderError(
      alyxError("MANIFEST_INVALID", { message: "Wrong.", problems: [{ code: "X", message: "Wrong.", at }] }),
      look,
    )
    expect(placed.split("Wrong.")).toHaveLength(2)
    expect(placed).toContain(`${at.file}:${at.line}:${at.column}\n`)
    const told = renderError(
      alyxError("BUILD_FAILED", {
        message: "f does not build: Wrong.",
        problems: [{ code: "X", message: "Wrong.", at }],
      }),
      look,
    )
    expect(told.split("Wrong.")).toHaveLength(2)
    expect(told).toContain(`Error: f does not build. (BUILD_FAILED)\n\n${at.file}:${at.line}:${at.column} Wrong.\n`)
  })

  test("counts what is too much, and shows every mistake of manifests", () => {
    const problems = Array.from({ length: 30 }, (_, index) => ({ code: "X", message: `Mistake ${index + 1}.` }))

    expect(renderError({ code: "BUILD_FAILED", message: "Wrong.", problems }, look)).toMatch(
      /Mistake 20\.\n\n… and 10 more; --json shows all\.\n$/,
    )
    expect(renderError({ code: "MANIFEST_INVALID", message: "Wrong.", problems }, look)).toMatch(/Mistake 30\.\n$/)
  })

  test("does without the line of a file that is gone", () => {
    const problem = { code: "X", message: "Wrong.", at: { ...at, file: "gone.yaml" } }

    expect(renderError(alyxError("CONFIG_INVALID", { problems: [problem] }), look)).toContain("gone.yaml:2:6 Wrong.\n")
  })

  test("counts the problems beyond twenty", () => {
    const problems = Array.from({ length: 25 }, (_, index) => ({ code: "X", message: `Problem ${index}.` }))

    const text = renderError(alyxError("SCHEMA_INVALID", { problems }), look)

    expect(text).toContain("Problem 19.")
    expect(text).not.toContain("Problem 20.")
    expect(text).toContain("… and 5 more; --json shows all.")
  })

  test("shows the place in a plug-in, and none of its bytes", () => {
    expect(shownAt("functions/rec.ts")).toContain("bytes")
    const shown = shownAt("functions/rec.wasm")
    expect(shown).toContain("functions/rec.wasm:1:1")
    expect(shown).not.toContain("bytes")
    expect(shown).not.toContain("^")
  })

  test("lets nothing that a file or a server says reach the terminal as a command", () => {
    files["evil.yaml"] = "x: \u001B]0;title\u0007\n"
    const problem = { code: "X", message: "\u001B[2Jgone", at: { file: "evil.yaml", line: 1, column: 1 } }

    const text = renderError(
      alyxError("SCHEMA_INVALID", { message: "a\u001B[31m", next: "b\u001Bc", problems: [problem] }),
      look,
    )

    expect(text).not.toContain("\u001B")
  })
})

test("an error as data carries its place as a problem, and its details", () => {
  const error = alyxError("YAML_SYNTAX", { message: "No.", at, details: { a: 1 } })

  expect(toWireError(error)).toEqual({
    code: "YAML_SYNTAX",
    message: "No.",
    problems: [{ code: "YAML_SYNTAX", message: "No.", at }],
    details: { a: 1 },
  })
})

test("notices are one line each", () => {
  const notices = [
    { code: "A", message: "One.", at, next: "Do it." },
    { code: "B", message: "Two." },
  ]

  expect(renderNotices(notices, paintNothing)).toBe("! schema.yaml:2:6 One. Do it.\n! Two.")
})
