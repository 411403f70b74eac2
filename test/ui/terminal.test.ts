import { describe, expect, test } from "vitest"

import { describeTerminal } from "../../src/ui/terminal.ts"

function lookAt(options: { tty?: boolean; columns?: number; env?: Record<string, string>; noColor?: boolean }) {
  const { tty = true, columns = 100, env = {}, noColor = false } = options
  const stream = { isTTY: tty, columns, write: () => true } as unknown as NodeJS.WriteStream & NodeJS.ReadStream
  const terminal = describeTerminal({ stdin: stream, stdout: stream, stderr: stream, env, noColor })
  return {
    interactive: terminal.interactive,
    coloured: terminal.out.paint("bad", "x") !== "x",
    columns: terminal.out.columns,
  }
}

describe("describeTerminal", () => {
  test.each([
    ["a terminal", {}, { interactive: true, coloured: true }],
    ["a pipe", { tty: false }, { interactive: false, coloured: false }],
    ["a pipe with FORCE_COLOR", { tty: false, env: { FORCE_COLOR: "1" } }, { interactive: false, coloured: true }],
    ["NO_COLOR", { env: { NO_COLOR: "1", FORCE_COLOR: "1" } }, { interactive: true, coloured: false }],
    ["an empty NO_COLOR", { env: { NO_COLOR: "" } }, { interactive: true, coloured: true }],
    ["--no-color", { noColor: true, env: { FORCE_COLOR: "1" } }, { interactive: true, coloured: false }],
    ["a terminal that can do nothing", { env: { TERM: "dumb" } }, { interactive: false, coloured: false }],
    ["CI", { env: { CI: "true" } }, { interactive: false, coloured: true }],
    ["CI=false", { env: { CI: "false" } }, { interactive: true, coloured: true }],
  ])("%s", (_what, given, expected) => {
    expect(lookAt(given)).toMatchObject(expected)
  })

  test("a width of zero means that it is not known", () => {
    expect(lookAt({ columns: 0 }).columns).toBe(80)
    expect(lookAt({ columns: 132 }).columns).toBe(132)
  })
})
