import { writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { builtCli } from "../../helpers/built-cli.ts"
import { makeProject } from "../../helpers/cli-project.ts"
import type { CommandResult } from "../../helpers/run-alyx.ts"
import { runAlyx } from "../../helpers/run-alyx.ts"
import { openTerminal } from "../../helpers/terminal-screen.ts"
import { writeProject } from "../../helpers/running-daemon.ts"

test(
  "secrets are set without being seen, named, read by the functions that name them, and removed",
  { timeout: 90_000 },
  async () => {
    const { alyx, folder } = await secretsProject()
    await writeProject(folder, {
      "functions/reads.ts": `import { defineFunction } from "@alyx/functions"
export default defineFunction({ handler(input, ctx) {
  ctx.log.info("it is " + ctx.secrets.STRIPE_KEY, { key: ctx.secrets.STRIPE_KEY })
  return { length: ctx.secrets.STRIPE_KEY.length, lines: ctx.secrets.CERTIFICATE.split("\\n").length }
} })\n`,
      "functions/reads.yaml": "secrets: [STRIPE_KEY, CERTIFICATE]\n",
      "cert.pem": "-----BEGIN\nlines\n-----END\n",
    })

    await alyx(["start", "--detach"])

    const set = await alyx(["secrets", "set", "STRIPE_KEY", "--stdin"], "sk_live_0123456789\n")
    expect(set).toMatchObject({ exitCode: 0, stdout: "STRIPE_KEY is set.", stderr: "" })
    expect(await alyx(["secrets", "set", "CERTIFICATE", "--from-file", "cert.pem", "--json"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('"name": "CERTIFICATE"') as unknown,
    })
    const listed = await alyx(["secrets", "list"])
    expect(listed.stdout).toMatch(/^name +last set\nCERTIFICATE +20\d\d-.*\nSTRIPE_KEY +20\d\d-/)
    const invoked = await alyx(["functions", "invoke", "reads", "--json"])
    expect(JSON.parse(invoked.stdout)).toMatchObject({
      output: { length: 18, lines: 3 },
      logs: [{ message: "it is [hidden]", data: { key: "[hidden]" } }],
    })
    expect((await alyx(["logs", "--tail", "100", "--json"])).stdout).not.toContain("sk_live")

    expect(await alyx(["secrets", "remove", "STRIPE_KEY", "--yes"])).toMatchObject({
      exitCode: 0,
      stdout: "Removed the secret STRIPE_KEY.",
    })
    const again = await alyx(["secrets", "remove", "STRIPE_KEY", "--yes"])
    expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("SECRET_NOT_FOUND") as unknown })
  },
)

test("the value is asked for at a terminal, and not shown", async () => {
  const { folder } = await secretsProject()
  const command = [await builtCli(), "secrets", "set", "TOKEN"]
  const terminal = openTerminal({ command: process.execPath, args: command, cwd: folder })

  await terminal.shows("Value of TOKEN")
  terminal.type("whisper it\r")

  await terminal.shows("TOKEN is set.")
  expect(terminal.text()).not.toContain("whisper")
})

test.each([
  { args: ["set"], code: 2, says: "needs" },
  { args: ["set", "A"], code: 2, says: "--stdin" },
  { args: ["set", "A", "--stdin"], code: 2, says: "No value came on stdin." },
  { args: ["set", "A", "--from-file", "none.txt"], code: 2, says: "There is no file none.txt." },
  { args: ["set", "a-b", "--from-file", "value.txt"], code: 1, says: "letters, digits and _" },
])("refuses secrets $args with a sentence", async ({ args, code, says }) => {
  const { alyx, folder } = await secretsProject()
  await writeFile(path.join(folder, "value.txt"), "a value\n")

  const { exitCode, stdout, stderr } = await alyx(["secrets", ...args])

  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" })
  expect(stderr).toContain(says)
})

async function secretsProject() {
  const { folder } = await makeProject()
  const env = { ALYX_SERVER_PORT: "0", ALYX_SERVER_INSECURE_OPEN: "false" }
  const alyx = (args: readonly string[], input = ""): Promise<CommandResult> =>
    runAlyx(args, { cwd: folder, env, input })
  return { folder, alyx }
}
