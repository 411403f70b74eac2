import { describe, expect, test } from "vitest"

import type { CommandFacts } from "../../src/ui/help-text.ts"
import { renderCommandHelp, renderRootHelp, renderTopicHelp } from "../../src/ui/help-text.ts"
import { paintNothing } from "../../src/ui/paint.ts"

const look = { paint: paintNothing, columns: 60 }

const command: CommandFacts = {
  id: "config show",
  summary: "Print the configuration.",
  description: "Secrets are masked.",
  examples: ["alyx config show", { description: "for scripts", command: "alyx config show --json" }],
  args: { path: { name: "path", description: "Which option." } },
  flags: {
    json: { name: "json", type: "boolean", summary: "As JSON.", helpGroup: "GLOBAL" },
    mode: {
      name: "mode",
      char: "m",
      type: "option",
      helpValue: "<mode>",
      options: ["dev", "start"],
      default: "dev",
      summary: "As which command.",
    },
    hidden: { name: "hidden", type: "boolean", hidden: true },
  },
}

describe("help", () => {
  test("of a command explains arguments, flags and examples", () => {
    expect(renderCommandHelp(command, look)).toBe(`Print the configuration.

Usage
  alyx config show [path] [flags]

Arguments
  path  Which option.

Flags
  -m, --mode <mode>  As which command. One of dev, start.
                     (default dev)

Flags of every command
      --json  As JSON.

Secrets are masked.

Examples
  $ alyx config show
  # for scripts
  $ alyx config show --json
`)
  })

  test("of a command that others stand under lists them", () => {
    const text = renderCommandHelp({ ...command, id: "config" }, look, [command])

    expect(text).toContain(
      "alyx config [path] [flags]\n\nCommands\n  config show  Print the configuration.\n\nArguments",
    )
  })

  test("of everything lists the commands", () => {
    const text = renderRootHelp({ description: "A backend.", version: "1.2.3", commands: [command] }, look)

    expect(text).toContain("Alyx 1.2.3\nA backend.")
    expect(text).toContain("\n  config show  Print the configuration.\n")
  })

  test("of a word lists what stands under it", () => {
    const text = renderTopicHelp({ topic: "config", description: "Look at it.", commands: [command] }, look)

    expect(text).toBe(
      "Look at it.\n\nUsage\n  alyx config <command> [flags]\n\nCommands\n  config show  Print the configuration.\n",
    )
  })
})
