import { readFileSync } from "node:fs"

import { expect, test } from "vitest"

import { methods, plainFunctions } from "../../src/rules/functions.ts"
import { ruleProblemCodes } from "../../src/rules/rule-problem.ts"
import { macroNames } from "../../src/rules/syntax.ts"
import { authMembers, requestMembers } from "../../src/rules/variables.ts"

const documentation = readFileSync(new URL("../../docs/rules.md", import.meta.url), "utf8")

test.each([
  ...ruleProblemCodes,
  ...plainFunctions.keys(),
  ...methods.keys(),
  ...macroNames,
  ...Object.keys(authMembers).map((member) => `auth.${member}`),
  ...Object.keys(requestMembers).map((member) => `request.${member}`),
])("docs/rules.md explains %s", (word) => {
  expect(documentation).toMatch(new RegExp(`[\`\\s]${word.replace(".", "\\.")}[\`\\s]`))
})
