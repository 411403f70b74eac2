import { cp, mkdir, readFile, symlink } from "node:fs/promises"
import path from "node:path"

import { execa } from "execa"
import { describe, expect, onTestFinished, test } from "vitest"

import { tempFolder } from "../helpers/temp-folder.ts"

const root = path.resolve(import.meta.dirname, "../..")

/** What a clone has; its packages are shared with this one. */
const cloned = [
  "bin",
  "runtimes",
  "scripts",
  "src",
  "templates",
  "package.json",
  "package-lock.json",
  ".npmrc",
  "LICENSE",
  "README.md",
]

/** npm as a user runs it: with the Node of the tests. Packages come from its cache where it has them. */
function npm(args: readonly string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  const { npm_config_prefix: _prefix, ...inherited } = process.env
  const env = { ...inherited, PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env["PATH"]}` }
  return execa("npm", [...args, "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd,
    env,
    extendEnv: false,
  })
}

async function cloneRepository(): Promise<string> {
  const clone = path.join(await tempFolder(), "clone")
  await mkdir(clone)
  for (const name of cloned) await cp(path.join(root, name), path.join(clone, name), { recursive: true })
  await symlink(path.join(root, "node_modules"), path.join(clone, "node_modules"))
  return clone
}

describe("npm pack", () => {
  test("gives a package that works when installed from the tarball into an empty prefix", async () => {
    const clone = await cloneRepository()
    const prefix = await tempFolder()
    const before = await readFile(path.join(clone, "package.json"), "utf8")

    const { stdout } = await npm(["pack", "--json"], clone)
    const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf("["))) as [
      { filename: string; files: { path: string }[] },
    ]
    await npm(["install", "--global", "--prefix", prefix, path.join(clone, filename)], prefix)

    const tops = new Set(files.map((file) => file.path.split("/", 1)[0]))
    expect([...tops].toSorted((a, b) => (a! < b! ? -1 : 1))).toEqual([
      "LICENSE",
      "README.md",
      "THIRD-PARTY-LICENSES.md",
      "bin",
      "dist",
      "oclif.manifest.json",
      "package.json",
      "templates",
    ])
    expect(await readFile(path.join(clone, "package.json"), "utf8")).toBe(before)
    const installed = path.join(prefix, "lib/node_modules/alyx")
    const packed = JSON.parse(await readFile(path.join(installed, "package.json"), "utf8")) as Record<string, unknown>
    expect(Object.keys(packed)).not.toContain("optionalDependencies")
    expect(Object.keys(packed)).not.toContain("devDependencies")
    expect(Object.keys(packed)).not.toContain("scripts")
    await expectToServe(path.join(prefix, "bin/alyx"))
  }, 120_000)
})

/** An installed `alyx` says its version, makes a project, and serves it. */
async function expectToServe(alyx: string): Promise<void> {
  const cwd = await tempFolder()
  const PATH = `${path.dirname(process.execPath)}${path.delimiter}${process.env["PATH"]}`
  const run = { cwd, env: { PATH, HOME: cwd, CI: "1" }, extendEnv: false, stdin: "ignore" } as const

  expect((await execa(alyx, ["--version"], run)).stdout).toMatch(/^alyx \d/)
  await execa(alyx, ["init", "shop", "--template", "blog"], run)
  const inside = { ...run, cwd: path.join(cwd, "shop") }
  const started = await execa(alyx, ["start", "--detach", "--port", "0", "--json"], inside)
  onTestFinished(async () => void (await execa(alyx, ["stop"], { ...inside, reject: false })))
  const { daemon } = JSON.parse(started.stdout) as { daemon: { url: string } }
  const answer = await fetch(`${daemon.url}/api/collections/posts`)
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ docs: [], total: 0 })
  const called = await fetch(`${daemon.url}/api/functions/publish`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ slug: "none" }),
  })
  expect(await called.json()).toMatchObject({ error: { code: "NO_SUCH_POST" } })
  await execa(alyx, ["stop"], inside)
}
