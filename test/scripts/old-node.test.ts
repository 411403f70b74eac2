import { cp, mkdir, symlink, writeFile } from "node:fs/promises"
import path from "node:path"
import { pathToFileURL } from "node:url"

import { execa } from "execa"
import { describe, expect, test } from "vitest"

import { builtCli } from "../helpers/built-cli.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

/** Makes Node say that it is an older one, before anything else runs. */
const pretend = (version: string): string =>
  `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`

/** A package without packages beside it, as a user has it. */
async function installedCopy(): Promise<string> {
  const from = path.dirname(path.dirname(await builtCli()))
  const folder = path.join(await tempFolder(), "alyx")
  await mkdir(folder)
  for (const name of ["bin", "dist", "package.json", "oclif.manifest.json"]) {
    await cp(path.join(from, name), path.join(folder, name), { recursive: true })
  }
  return folder
}

function runAs(version: string, folder: string, args: readonly string[]) {
  return execa(process.execPath, ["--import", pretend(version), path.join(folder, "bin/run.js"), ...args], {
    reject: false,
    stdin: "ignore",
  })
}

describe("an old Node", () => {
  test.each(["14.21.3", "20.20.2", "24.20.9"])("%s is told which one is needed and how to get it", async (version) => {
    const { exitCode, stdout, stderr } = await runAs(version, await installedCopy(), ["status"])

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" })
    expect(stderr).toContain(`Alyx needs Node.js 24.21 or newer; this is ${version}.`)
    expect(stderr).toContain("https://nodejs.org")
  })

  test("says its version, and with --json its error as data", async () => {
    const folder = await installedCopy()

    const version = await runAs("14.21.3", folder, ["--version"])
    const status = await runAs("14.21.3", folder, ["status", "--json"])

    expect(version).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^alyx \d/), stderr: "" })
    expect(status).toMatchObject({ exitCode: 1, stderr: "" })
    expect(JSON.parse(status.stdout)).toMatchObject({
      error: { code: "NODE_TOO_OLD", message: "Alyx needs Node.js 24.21 or newer; this is 14.21.3." },
    })
  })

  test.each(["24.21.0", "26.0.0", "100.1.2"])("%s is new enough", async (version) => {
    const { exitCode, stdout } = await runAs(version, await installedCopy(), ["help"])

    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Alyx /)
  })

  test("passes on to the Node of a clone, with its exit code", async () => {
    const folder = await installedCopy()
    await mkdir(path.join(folder, "node_modules/.bin"), { recursive: true })
    await symlink(process.execPath, path.join(folder, "node_modules/.bin/node"))

    const help = await runAs("20.20.2", folder, ["help"])
    const unknown = await runAs("20.20.2", folder, ["statsu"])

    expect(help).toMatchObject({ exitCode: 0, stderr: "" })
    expect(help.stdout).toMatch(/^Alyx /)
    expect(unknown.exitCode).toBe(127)
    expect(unknown.stderr).toContain("Did you mean: alyx status?")
  })

  test("passes signals on, and takes the child along when it is killed", async () => {
    const folder = await tempFolder()
    const child = path.join(folder, "child.mjs")
    const launcher = pathToFileURL(path.resolve(import.meta.dirname, "../../bin/node-version.cjs")).href
    await writeFile(
      child,
      `import nodeVersion from ${JSON.stringify(launcher)}
      nodeVersion.leaveWithLauncher()
      process.on("SIGTERM", () => { console.log("SIGTERM"); process.exit(7) })
      setInterval(() => undefined, 1000)
      console.log("ready")`,
    )
    const script = `import nodeVersion from ${JSON.stringify(launcher)}; nodeVersion.runAsLauncher(process.execPath, [${JSON.stringify(child)}])`
    const launch = () =>
      execa(process.execPath, ["--input-type=module", "-e", script], { reject: false, stdin: "ignore" })

    const outcomes = []
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const launched = launch()
      launched.stdout.once("data", () => launched.kill(signal))
      // Its output ends when the child has ended as well: they share it.
      const { stdout, exitCode } = await launched
      outcomes.push({ signal, said: stdout.split("\n"), exitCode })
    }

    expect(outcomes).toEqual([
      { signal: "SIGTERM", said: ["ready", "SIGTERM"], exitCode: 7 },
      { signal: "SIGKILL", said: ["ready", "SIGTERM"], exitCode: undefined },
    ])
  })
})
