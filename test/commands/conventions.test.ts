import { execa } from "execa"
import { describe, expect, test } from "vitest"

import { builtCli } from "../helpers/built-cli.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

// oxlint-disable-next-line no-control-regex -- colours are control characters
const colour = /\u001B\[/

describe("the command line", () => {
  test("says its version, and nothing else", async () => {
    const cwd = await tempFolder()

    const long = await runAlyx(["--version"], { cwd })
    const short = await runAlyx(["-v"], { cwd })

    expect(long).toMatchObject({ exitCode: 0, stderr: "" })
    expect(long.stdout).toMatch(/^alyx \d+\.\d+\.\d+$/)
    expect(short).toEqual(long)
  })

  test.each([[[]], [["help"]], [["--help"]], [["-h"]]])("lists its commands for %j", async (args) => {
    const { exitCode, stdout, stderr } = await runAlyx(args, { cwd: await tempFolder() })

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
    for (const command of ["completion", "config show", "dev", "init", "logs", "restart", "schema check", "start"]) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"))
    }
  })

  test("explains one command, and what stands under one word", async () => {
    const cwd = await tempFolder()

    expect((await runAlyx(["dev", "--help"], { cwd })).stdout).toMatch(/--port <int>\s+The port to listen on/)
    expect((await runAlyx(["help", "config", "show"], { cwd })).stdout).toMatch(/alyx config show \[flags\]/)
    // Its flags are subcommands as well, and stand there once.
    const auth = (await runAlyx(["auth", "--help"], { cwd })).stdout
    expect(auth).toMatch(/^ {2}auth create-admin +Make an account/m)
    expect(auth).not.toMatch(/^ +--create-admin/m)
    expect((await runAlyx(["config"], { cwd })).stdout).toMatch(/config show {2}Print the configuration/)
  })

  test.each([
    { args: ["statsu"], code: 127, says: "there is no such command", next: "Did you mean: alyx status?" },
    { args: ["config", "shwo"], code: 127, says: "there is no such command", next: "Did you mean: alyx config show?" },
    { args: ["xyzzyplugh"], code: 127, says: "there is no such command", next: "alyx help lists the commands." },
    { args: ["schedules"], code: 127, says: "alyx schedules is not in this version.", next: "a program of its own" },
    { args: ["deploy", "app"], code: 127, says: "alyx deploy is not in this version.", next: "docs/running.md" },
    {
      args: ["generate", "types"],
      code: 127,
      says: "generate types is not in this version.",
      next: "generate openapi",
    },
    { args: ["generate", "client"], code: 127, says: "generate client is not in this", next: "generate openapi" },
    {
      args: ["help", "webhooks"],
      code: 127,
      says: "alyx webhooks is not in this version.",
      next: "a program of its own",
    },
    { args: ["help", "xyzzyplugh"], code: 127, says: "there is no such command", next: "alyx help" },
    { args: ["dev", "--prot", "9"], code: 2, says: "alyx dev has no flag --prot.", next: "Did you mean --port?" },
    { args: ["logs", "--tail", "many"], code: 2, says: "--tail: Expected an integer", next: "alyx logs --help" },
    { args: ["logs", "--kind", "sound"], code: 2, says: "log, request, reload", next: "alyx logs --help" },
    { args: ["stop", "now"], code: 2, says: 'does not take "now"', next: "alyx stop --help" },
    { args: ["db", "sed"], code: 2, says: 'does not take "sed"', next: "Did you mean: alyx db seed?" },
    { args: ["schema", "check", "nope.yaml"], code: 1, says: "There is no file nope.yaml.", next: "Check its path" },
    { args: ["completion"], code: 2, says: "needs <shell>", next: "alyx completion --help" },
    { args: ["status", "--cwd", "/no/such"], code: 2, says: "--cwd: No directory found", next: "alyx status --help" },
    { args: ["help", "init", "--json"], code: 2, says: "alyx help has no flag --json.", next: "alyx help --help" },
    { args: ["--cwd", "/no/such", "status"], code: 2, says: "--cwd: No directory found", next: "alyx status --help" },
    { args: ["--json=1", "status"], code: 2, says: 'does not take "1"', next: "alyx status --help" },
    { args: ["--cwd", "/tmp"], code: 2, says: "alyx --cwd /tmp names no command.", next: "alyx help lists" },
    { args: ["--port", "9", "dev"], code: 2, says: "alyx has no flag --port.", next: "flags of a command follow it" },
    { args: ["statsu", "--no-color"], code: 127, says: "alyx statsu: there is no", next: "Did you mean: alyx status?" },
    { args: ["status"], code: 1, says: "There is no alyx.yaml or schema.yaml", next: "alyx init my-app" },
  ])("refuses $args with a sentence and the next step", async ({ args, code, says, next }) => {
    const { exitCode, stdout, stderr } = await runAlyx(args, { cwd: await tempFolder() })

    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" })
    expect(stderr).toContain(says)
    expect(stderr).toContain(next)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  test.each([
    { args: ["statsu", "--json"], exit: 127, code: "UNKNOWN_COMMAND" },
    { args: ["status", "--json"], exit: 1, code: "PROJECT_NOT_FOUND" },
    { args: ["--json", "status"], exit: 1, code: "PROJECT_NOT_FOUND" },
    { args: ["--json"], exit: 2, code: "USAGE" },
    { args: ["status", "--jsno", "--json"], exit: 2, code: "USAGE" },
    { args: ["init", "--json"], exit: 2, code: "NO_TERMINAL" },
  ])("reports the failure of $args as data with --json", async ({ args, exit, code }) => {
    const { exitCode, stdout, stderr } = await runAlyx(args, { cwd: await tempFolder() })

    expect({ exitCode, stderr }).toEqual({ exitCode: exit, stderr: "" })
    expect(JSON.parse(stdout)).toMatchObject({ error: { code, message: expect.any(String) } })
  })

  test("colours only where they are wanted", async () => {
    const cwd = await tempFolder()
    const coloured = async (env: Record<string, string>, ...args: string[]): Promise<boolean> => {
      const { stdout, stderr } = await runAlyx(["help", ...args], { cwd, env })
      return colour.test(stdout + stderr)
    }

    expect(await coloured({})).toBe(false)
    expect(await coloured({ FORCE_COLOR: "1" })).toBe(true)
    expect(await coloured({ FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false)
    expect(await coloured({ FORCE_COLOR: "1" }, "--no-color")).toBe(false)
    expect(await coloured({ FORCE_COLOR: "0" })).toBe(false)
  })

  test("ends quietly when the reader of its output leaves", async () => {
    const launcher = await builtCli()
    const script = `"${process.execPath}" "${launcher}" completion zsh | head -1; echo "\${PIPESTATUS[0]}"`

    const { stdout, stderr } = await execa("bash", ["-c", script], { cwd: await tempFolder() })

    expect(stdout).toBe("#compdef alyx\n0")
    expect(stderr).toBe("")
  })
})
