import { execa } from "execa"
import { describe, expect, test } from "vitest"

import { bashCompletion } from "../../../src/ui/completion/bash.ts"
import { completionModel } from "../../../src/ui/completion/completion-model.ts"
import { fishCompletion } from "../../../src/ui/completion/fish.ts"
import { powershellCompletion } from "../../../src/ui/completion/powershell.ts"
import { zshCompletion } from "../../../src/ui/completion/zsh.ts"
import type { CommandFacts } from "../../../src/ui/help-text.ts"

const commands: CommandFacts[] = [
  {
    id: "config show",
    summary: "Print what's set.",
    args: {},
    flags: {
      origin: { name: "origin", type: "boolean", summary: "Say where: [file]." },
      mode: { name: "mode", char: "m", type: "option", options: ["dev", "start"] },
      secret: { name: "secret", type: "boolean", hidden: true },
    },
  },
  { id: "greet", summary: "Greet.", args: { whom: { name: "whom", options: ["ada", "bob"] } }, flags: {} },
  { id: "help", args: { command: { name: "command" } }, flags: {} },
]

const model = completionModel(commands)

describe("bash completion", () => {
  test.each([
    ["", "config greet help"],
    ["g", "greet"],
    ["config ", "show"],
    ["config show --", "--origin --mode --help"],
    ["config show --mode ", "dev start"],
    ["config show -m s", "start"],
    ["greet ", "--help ada bob"],
    ["greet a", "ada"],
    ["help ", "--help config greet help"],
    ["nonsense ", ""],
  ])("after `alyx %s` offers %s", async (typed, offered) => {
    const script = `${bashCompletion(model)}
      COMP_WORDS=(alyx ${typed}${typed === "" || typed.endsWith(" ") ? ' ""' : ""})
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _alyx
      echo "\${COMPREPLY[*]}"`

    const { stdout } = await execa("bash", ["--norc", "-c", script])

    expect(stdout).toBe(offered)
  })
})

describe("the other shells", () => {
  test("get sentences with their quotes and brackets defused", () => {
    expect(zshCompletion(model)).toContain("'show:Print what'\\''s set.'")
    expect(zshCompletion(model)).toContain("'--origin[Say where\\: \\[file\\].]'")
    expect(fishCompletion(model)).toContain("-d 'Print what\\'s set.'")
    expect(powershellCompletion(model)).toContain("'Print what''s set.'")
  })

  test("are not told of hidden flags", () => {
    const scripts = [zshCompletion(model), fishCompletion(model), powershellCompletion(model), bashCompletion(model)]

    expect(scripts.filter((script) => script.includes("secret"))).toEqual([])
  })
})
