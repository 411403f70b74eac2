import { chmod, mkdir, stat, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import type { CheckSurroundings } from "../../src/doctor/check.ts"
import { checkGitIgnore, checkModes, checkStaleFiles } from "../../src/doctor/file-checks.ts"
import { configToCheck } from "../../src/doctor/project-checks.ts"
import { projectPaths } from "../../src/project/paths.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

/** No process has this number: Linux counts to 4,194,304. */
const deadPid = 4_194_305

test("what a dead daemon left is found and removed, and unfinished files with it", async () => {
  const { surroundings, paths } = await project()
  const part = path.join(paths.stateDir, ".schema.yaml.0123456789ab.tmp")
  await writeFile(paths.daemonFile, JSON.stringify({ pid: deadPid, projectRoot: paths.root }))
  await writeFile(part, "half")
  const finding = await checkStaleFiles(surroundings, undefined)
  expect(finding).toMatchObject({ status: "warning", message: expect.stringContaining(paths.daemonFile) })
  expect(await finding.fix!()).toBe("Removed 2 files.")
  await expect(stat(part)).rejects.toThrow("ENOENT")
  expect(await checkStaleFiles(surroundings, undefined)).toMatchObject({ status: "ok" })
})

test("the file of a process that runs is left alone", async () => {
  const { surroundings, paths } = await project()
  await writeFile(paths.daemonFile, JSON.stringify({ pid: process.pid, projectRoot: paths.root }))
  expect(await checkStaleFiles(surroundings, undefined)).toMatchObject({ status: "ok" })
})

test("files that others may read are closed, and their owner keeps what was allowed", async () => {
  const { surroundings, paths } = await project()
  const envFile = path.join(paths.root, ".env")
  await writeFile(envFile, "SECRET=1\n")
  await chmod(envFile, 0o644)
  await chmod(paths.stateDir, 0o755)
  const finding = await checkModes(surroundings)
  expect(finding).toMatchObject({ status: "warning", message: expect.stringContaining(`${envFile} (644)`) })
  expect(await finding.fix!()).toBe("Closed 2 of them.")
  expect((await stat(envFile)).mode & 0o777).toBe(0o600)
  expect((await stat(paths.stateDir)).mode & 0o777).toBe(0o700)
  expect(await checkModes(surroundings)).toMatchObject({ status: "ok" })
})

test("a repository that would take up data or secrets is warned of", async () => {
  const { surroundings, paths } = await project()
  expect(await checkGitIgnore(surroundings)).toBeUndefined()
  await mkdir(path.join(paths.root, ".git"))
  expect(await checkGitIgnore(surroundings)).toMatchObject({
    status: "warning",
    message: "It does not name .alyx/, data/, .env, so git may take up data or secrets.",
  })
  await writeFile(path.join(paths.root, ".gitignore"), "/.alyx\ndata/*\n.env\n")
  expect(await checkGitIgnore(surroundings)).toMatchObject({ status: "ok" })
})

async function project(): Promise<{ surroundings: CheckSurroundings; paths: ReturnType<typeof projectPaths> }> {
  const root = await tempFolder()
  const paths = projectPaths(root)
  await mkdir(paths.stateDir, { mode: 0o700 })
  const { config } = configToCheck(root, {})
  const surroundings = { paths, config, env: {}, version: "0", packageRoot: root, now: () => new Date() }
  return { surroundings, paths }
}
