import { describe, expect, test } from "vitest"

import { exitCodeOf } from "../../../src/commands/oclif/exit-code.ts"
import { bugStack, earlyExitCode, shownError } from "../../../src/commands/oclif/shown-error.ts"
import { usageError } from "../../../src/commands/oclif/usage-error.ts"
import type { ErrorCode } from "../../../src/errors.ts"
import { alyxError } from "../../../src/errors.ts"

test.each<[ErrorCode, number]>([
  ["USAGE", 2],
  ["NO_TERMINAL", 2],
  ["NO_DAEMON", 3],
  ["DAEMON_NOT_YOURS", 4],
  ["UNKNOWN_COMMAND", 127],
  ["SCHEMA_INVALID", 1],
  ["INTERNAL", 1],
])("%s ends with %d", (code, exitCode) => {
  expect(exitCodeOf(alyxError(code))).toBe(exitCode)
})

describe("shownError", () => {
  test("leaves an expected error alone, and shows no stack for it", () => {
    const error = alyxError("NO_DAEMON")

    expect(shownError(error)).toBe(error)
    expect(bugStack(error, { DEBUG: "1" })).toBe("")
  })

  test("calls anything else a bug, with its stack for those who ask", () => {
    const bug = new TypeError("x is not a function")

    const error = shownError(bug)

    expect(error).toMatchObject({ code: "INTERNAL", message: "This is a bug in Alyx: x is not a function" })
    expect(bugStack(error, {})).toBe("")
    expect(bugStack(error, { DEBUG: "1" })).toContain("errors.test.ts")
    expect(shownError("thrown text").message).toBe("This is a bug in Alyx: thrown text")
  })
})

test("oclif's way of ending early is no error", () => {
  expect(earlyExitCode({ code: "EEXIT", oclif: { exit: 3 } })).toBe(3)
  expect(earlyExitCode({ code: "EEXIT" })).toBe(0)
  expect(earlyExitCode(new Error("no"))).toBeUndefined()
})

function failure(message: string, more: object): Error {
  return Object.assign(new Error(message), more)
}

describe("usageError", () => {
  const command = { id: "dev", flags: ["port", "host", "cwd"] }
  const oclif = { exit: 2 }

  test.each([
    [
      "a flag that does not exist",
      "",
      { flags: ["--prot=9"], oclif },
      "alyx dev has no flag --prot=9.",
      "Did you mean --port?",
    ],
    [
      "one that is like no other",
      "",
      { flags: ["--xyzzyplugh"], oclif },
      "alyx dev has no flag --xyzzyplugh.",
      "alyx dev --help",
    ],
    [
      "a flag that needs another",
      "The following error occurred:\n  All of the following must be provided when using --entry: --output, --abi\nSee more help with --help",
      { oclif },
      "--entry needs --output and --abi.",
      "alyx dev --help",
    ],
    [
      "flags that exclude each other",
      "The following errors occurred:\n  --stdin=true cannot also be provided when using --from-file\n  --from-file=a b cannot also be provided when using --stdin",
      { oclif },
      "--from-file and --stdin do not go together.",
      "alyx dev --help",
    ],
    ["a word too many", "", { args: ["now"], oclif }, 'alyx dev does not take "now".', "alyx dev --help"],
    ["a word that is missing", "", { args: [{ name: "shell" }], oclif }, "alyx dev needs <shell>.", "alyx dev --help"],
    [
      "a flag that cannot be read",
      "Parsing --tail \n\tExpected a number\nSee more help with --help",
      {},
      "--tail: Expected a number.",
      "alyx dev --help",
    ],
  ])("%s becomes a sentence", (_what, message, more, sentence, next) => {
    const error = usageError(failure(message, more), command)

    expect(error).toMatchObject({ code: "USAGE", message: sentence })
    expect(error?.next).toContain(next)
  })

  test("an error that is not of the parser is none", () => {
    expect(usageError(new TypeError("x"), command)).toBeUndefined()
    expect(usageError("x", command)).toBeUndefined()
  })
})
