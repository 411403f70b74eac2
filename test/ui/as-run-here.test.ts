import { readdirSync } from "node:fs"
import path from "node:path"

import { expect, test } from "vitest"

import { asRunHere } from "../../src/ui/as-run-here.ts"

const clone = { RUN_ALYX_AS: "npm run alyx --" }

test("a message names the commands as they are typed, where alyx itself is no command", () => {
  const text = "Stop it first: alyx stop. See ./alyx.yaml, or alyx has no such thing: (alyx logs -f)"

  expect(asRunHere(text, {})).toBe(text)
  expect(asRunHere(text, clone)).toBe(
    "Stop it first: npm run alyx -- stop. See ./alyx.yaml, or alyx has no such thing: (npm run alyx -- logs -f)",
  )
})

test("every command is known", () => {
  const folder = path.resolve(import.meta.dirname, "../../src/commands")
  const names = readdirSync(folder).map((name) => name.replace(".ts", ""))

  for (const name of names.filter((word) => !word.endsWith("-command") && word !== "oclif")) {
    expect(asRunHere(`alyx ${name}`, clone)).toBe(`npm run alyx -- ${name}`)
  }
})
