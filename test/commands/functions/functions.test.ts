import { spawn } from "node:child_process"
import { writeFile } from "node:fs/promises"
import path from "node:path"
import { createInterface } from "node:readline"

import { describe, expect, onTestFinished, test } from "vitest"

import type { ExecutionEntry } from "../../../src/protocol/admin-api.ts"
import type { FunctionsResponse, InvokeResponse } from "../../../src/protocol/functions-api.ts"
import { builtCli } from "../../helpers/built-cli.ts"
import { makeProject } from "../../helpers/cli-project.ts"
import type { Project } from "../../helpers/cli-project.ts"
import { writeProject } from "../../helpers/running-daemon.ts"

/** A function that logs, answers, and refuses one name. */
function greeting(word: string): string {
  return [
    'import { defineFunction, FunctionError } from "@alyx/functions"',
    "export default defineFunction({",
    '  input: { name: { type: "string", maxLength: 20 } },',
    "  handler({ name }, ctx) {",
    '    ctx.log.warn("greeting", { name })',
    '    if (name === "nobody") throw new FunctionError("NOBODY", 409, "Nobody is there.")',
    `    return { text: "${word}, " + name }`,
    "  },",
    "})",
    "",
  ].join("\n")
}

describe("alyx functions", () => {
  test("list, invoke, logs and status tell of functions and their calls, also after a restart", async () => {
    const project = await serve({
      "functions/greet.ts": greeting("Hello"),
      "functions/broken.ts": "export default 7 * * 2\n",
    })

    const called = await project.run("functions", "invoke", "greet", '{"name":"Ada"}')
    expect(called).toMatchObject({ exitCode: 0, stdout: '{\n  "text": "Hello, Ada"\n}' })
    expect(called.stderr).toMatch(/! greeting name=Ada\n✓ 200 in .* ms · execution [0-9a-f-]{36}/)

    const refused = await project.run("functions", "invoke", "greet", '{"name":"nobody"}')
    expect(refused).toMatchObject({ exitCode: 1, stdout: "" })
    expect(refused.stderr).toContain("✗ 409")
    expect(refused.stderr).toContain("Error: Nobody is there. (NOBODY)")

    const asJson = await project.run("functions", "invoke", "greet", '{"name":7}', "--json")
    expect(asJson).toMatchObject({ exitCode: 1, stderr: "" })
    const { error, durationMs } = JSON.parse(asJson.stdout) as InvokeResponse
    expect(error).toMatchObject({ code: "INPUT_INVALID" })
    expect(durationMs).toBe(Number(durationMs.toFixed(3)))

    const listed = await project.run("functions", "list")
    expect(listed.stdout).toMatch(/^greet +define +\/api\/functions\/greet +serving +3 +2 /m)
    expect(listed.stdout).toMatch(/^broken .* failed /m)
    expect(listed.stdout).toContain("functions/broken.ts:1:")
    const { functions } = JSON.parse((await project.run("functions", "list", "--json")).stdout) as FunctionsResponse
    expect(functions.map(({ name, state }) => [name, state])).toEqual([
      ["broken", "failed"],
      ["greet", "serving"],
    ])

    const status = await project.run("status")
    expect(status.stdout).toContain("Functions  2 functions, 1 failing: broken")
    expect(status.stdout).toContain("functions/broken.ts:1:")

    const logs = await project.run("functions", "logs", "greet", "--tail", "2")
    expect(logs.stdout.match(/ƒ greet/g)).toHaveLength(2)
    expect(logs.stdout).toContain("Nobody is there.")
    const lines = (await project.run("functions", "logs", "--json")).stdout.split("\n")
    expect(lines.map((line) => (JSON.parse(line) as ExecutionEntry).status)).toEqual(["success", "failed", "failed"])

    await project.run("stop")
    await project.start()
    const kept = await project.run("functions", "logs", "--tail", "3")
    expect(kept.stdout).toMatch(/ƒ greet success[^]*! greeting/)
  })

  test("invoke --watch calls again after each build, says what does not build, and ends with 130", async () => {
    const project = await serve({
      "functions/greet.ts": greeting("Hello"),
      "alyx.yaml": "functions: { watch: true }\n",
    })
    const child = spawn(
      process.execPath,
      [await builtCli(), "functions", "invoke", "greet", '{"name":"Ada"}', "--watch", "--json"],
      { cwd: project.folder, stdio: ["ignore", "pipe", "pipe"] },
    )
    onTestFinished(() => void child.kill("SIGKILL"))
    const ended = new Promise((resolve) => child.on("exit", resolve))
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async (): Promise<InvokeResponse> => JSON.parse((await lines.next()).value as string) as InvokeResponse

    expect((await next()).output).toEqual({ text: "Hello, Ada" })
    await writeFile(path.join(project.folder, "functions/greet.ts"), "export default 7 +\n")
    let said = ""
    for await (const chunk of child.stderr.setEncoding("utf8"))
      if ((said += chunk as string).includes("greet.ts:")) break
    expect(said).toContain("Function greet does not build")
    await writeFile(path.join(project.folder, "functions/greet.ts"), greeting("Good day"))
    expect((await next()).output).toEqual({ text: "Good day, Ada" })
    child.kill("SIGINT")

    expect(await ended).toBe(130)
  })

  test("what is wrong with the words is said before anything is called", async () => {
    const project = await makeProject()

    const noDaemon = await project.run("functions", "list")
    const noJson = await project.run("functions", "invoke", "greet", "{name: 1}")

    expect(noDaemon).toMatchObject({ exitCode: 3 })
    expect(noJson).toMatchObject({ exitCode: 2, stdout: "" })
    expect(noJson.stderr).toContain("The input is no JSON. At line 1, column 2, expected")
  })
})

/** A project with these files, served. */
async function serve(files: Readonly<Record<string, string>>): Promise<Project> {
  const project = await makeProject()
  await writeProject(project.folder, files)
  await project.start()
  return project
}
