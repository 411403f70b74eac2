import { execFileSync } from "node:child_process"
import { chmod, mkdir, readdir, rm, stat, symlink, writeFile } from "node:fs/promises"
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

test("what a killed restore left beside the database is found and removed, and nothing else there", async () => {
  const { surroundings, paths } = await project()
  const data = path.join(paths.root, "data")
  await mkdir(data)
  const names = [".alyx.db.0123456789ab.new", ".alyx.db.0123456789ab.new-journal"]
  const others = [".alyx.db.new", ".other.db.0123456789ab.new", "alyx.db", "alyx.db.0123456789ab.new"]
  for (const name of [...names, ...others]) await writeFile(path.join(data, name), "a copy")

  const finding = await checkStaleFiles(surroundings, undefined)

  for (const name of names) expect(finding.message).toContain(path.join(data, name))
  expect(await finding.fix!()).toBe("Removed 2 files.")
  expect((await readdir(data)).toSorted()).toEqual(others.toSorted())
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

test("nothing behind a link in place of the state's folder is removed or closed", async () => {
  const { surroundings, paths } = await project()
  const outside = await tempFolder()
  const part = path.join(outside, ".dir.aabbccddeeff.part")
  const [daemonFile, log] = [path.join(outside, "daemon.json"), path.join(outside, "daemon.log")]
  await mkdir(path.join(part, "sub"), { recursive: true })
  await writeFile(path.join(outside, ".schema.yaml.aabbccddeeff.tmp"), "theirs")
  await writeFile(daemonFile, JSON.stringify({ pid: deadPid, projectRoot: paths.root }))
  await writeFile(log, "theirs")
  await chmod(log, 0o644)
  await rm(paths.stateDir, { recursive: true })
  await symlink(outside, paths.stateDir)

  const stale = await checkStaleFiles(surroundings, undefined)
  const modes = await checkModes(surroundings)
  await stale.fix?.()
  await modes.fix?.()

  expect(stale).toMatchObject({ status: "warning", message: expect.stringContaining("is a link") })
  expect(modes).toMatchObject({ status: "ok" })
  expect((await readdir(outside, { recursive: true })).toSorted()).toEqual([
    ".dir.aabbccddeeff.part",
    ".dir.aabbccddeeff.part/sub",
    ".schema.yaml.aabbccddeeff.tmp",
    "daemon.json",
    "daemon.log",
  ])
  expect((await stat(log)).mode & 0o777).toBe(0o644)
})

test("folders, links and what lies in folders of others are no parts of files, whatever they are called", async () => {
  const { surroundings, paths } = await project()
  const outside = await tempFolder()
  await writeFile(path.join(outside, ".kept.aabbccddeeff.tmp"), "theirs")
  await mkdir(path.join(paths.stateDir, ".dir.aabbccddeeff.part"))
  await symlink(outside, path.join(paths.stateDir, "backups"))
  await symlink(outside, path.join(paths.stateDir, ".link.aabbccddeeff.tmp"))
  await mkdir(path.join(paths.stateDir, "own"))
  await writeFile(path.join(paths.stateDir, "own", ".deep.aabbccddeeff.tmp"), "whose?")
  expect(await checkStaleFiles(surroundings, undefined)).toMatchObject({ status: "ok" })

  await mkdir(path.dirname(paths.lastGoodSchemaFile))
  const part = path.join(path.dirname(paths.lastGoodSchemaFile), ".schema.yaml.aabbccddeeff.tmp")
  await writeFile(part, "half")
  expect(await checkStaleFiles(surroundings, undefined)).toMatchObject({ message: expect.stringContaining(part) })
})

test("a database behind a linked folder keeps its mode", async () => {
  const { surroundings, paths } = await project()
  const outside = await tempFolder()
  const file = path.join(outside, "alyx.db")
  await writeFile(file, "theirs")
  await chmod(file, 0o644)
  await symlink(outside, path.join(paths.root, "data"))

  expect(await checkModes(surroundings)).toMatchObject({ status: "ok" })
})

test("files that went as stale do not keep the others from being closed", async () => {
  const { surroundings, paths } = await project()
  for (const file of [paths.daemonFile, paths.logFile]) {
    await writeFile(file, JSON.stringify({ pid: deadPid, projectRoot: paths.root }))
    await chmod(file, 0o644)
  }
  const stale = await checkStaleFiles(surroundings, undefined)
  const modes = await checkModes(surroundings)

  await stale.fix!()

  expect(await modes.fix!()).toBe("Closed it.")
  expect((await stat(paths.logFile)).mode & 0o777).toBe(0o600)
})

test("a pipe or a device in place of daemon.json and .gitignore keeps nobody waiting", async () => {
  const { surroundings, paths } = await project()
  await mkdir(path.join(paths.root, ".git"))
  await symlink("/dev/zero", path.join(paths.root, ".gitignore"))
  execFileSync("mkfifo", [paths.daemonFile])

  expect(await checkStaleFiles(surroundings, undefined)).toMatchObject({ status: "ok" })
  expect(await checkGitIgnore(surroundings)).toMatchObject({ status: "warning" })
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
