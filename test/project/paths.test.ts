import { chmod, mkdir, stat, symlink, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { dirname, join } from "node:path"

import { expect, test } from "vitest"

import { isAlyxError } from "../../src/errors.ts"
import { findProject } from "../../src/project/find-project.ts"
import { projectPaths } from "../../src/project/paths.ts"
import type { SocketSurroundings } from "../../src/project/paths.ts"
import { preparePrivateFolders } from "../../src/project/private-folders.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const surroundings: SocketSurroundings = {
  platform: "linux",
  runtimeDir: "/run/user/1",
  temporaryDir: "/tmp",
  user: "1",
}
const longRoot = `/home/${"a-long-folder/".repeat(10)}app`

test("the project is the nearest folder above with an alyx.yaml or a schema.yaml", async () => {
  const root = await tempFolder()
  const inner = join(root, "apps", "one")
  await mkdir(join(inner, "functions", "deep"), { recursive: true })
  await writeFile(join(root, "alyx.yaml"), "")
  await writeFile(join(inner, "schema.yaml"), "")
  await symlink(inner, join(root, "link"))

  expect(findProject(join(inner, "functions", "deep"))).toBe(inner)
  expect(findProject(inner)).toBe(inner)
  expect(findProject(join(root, "apps"))).toBe(root)
  expect(findProject(join(root, "link"))).toBe(inner)
})

test("outside any project the error says how to make one, or which file has the wrong ending", async () => {
  const folder = await tempFolder()
  const complaint = (): unknown => {
    try {
      return findProject(folder)
    } catch (error) {
      return isAlyxError(error, "PROJECT_NOT_FOUND") ? error.next : error
    }
  }

  expect(complaint()).toContain("alyx init")
  await writeFile(join(folder, "schema.yml"), "")
  expect(complaint()).toBe("Rename schema.yml to schema.yaml.")
})

test("the socket lies in the project while its path is short, else in a folder of the user", () => {
  const short = projectPaths("/home/ada/app", surroundings).socketPath
  const long = projectPaths(longRoot, surroundings).socketPath
  const noRuntime = projectPaths(longRoot, { ...surroundings, runtimeDir: undefined }).socketPath
  const longTemporary = projectPaths(longRoot, { ...surroundings, runtimeDir: "", temporaryDir: longRoot }).socketPath

  expect(short).toBe("/home/ada/app/.alyx/daemon.sock")
  expect(long).toMatch(/^\/run\/user\/1\/alyx\/[0-9a-f]{12}\.sock$/)
  expect(noRuntime).toMatch(/^\/tmp\/alyx-1\/[0-9a-f]{12}\.sock$/)
  expect(longTemporary).toBe(noRuntime)
  expect(projectPaths(`${longRoot}2`, surroundings).socketPath).not.toBe(long)
  expect(projectPaths(longRoot, { ...surroundings, platform: "win32" }).socketPath).toMatch(/^\\\\\.\\pipe\\alyx-1-/)
})

test("the longest path that stays in the project can be listened on", async () => {
  const base = await tempFolder()
  const root = join(base, "x".repeat(100 - `${base}//.alyx/daemon.sock`.length))
  const paths = projectPaths(root, surroundings)
  await mkdir(root)
  preparePrivateFolders(paths)
  const server = createServer()

  await new Promise<void>((resolve, reject) => server.on("error", reject).listen(paths.socketPath, resolve))

  expect(Buffer.byteLength(paths.socketPath)).toBe(100)
  expect(dirname(paths.socketPath)).toBe(paths.stateDir)
  await new Promise((resolve) => server.close(resolve))
})

test("the folders of the state and of the socket are closed to others", async () => {
  const root = await tempFolder()
  const temporaryDir = join(root, "tmp")
  const paths = { ...projectPaths(root), socketPath: join(temporaryDir, "alyx-1", "x.sock") }
  await mkdir(paths.stateDir)
  await chmod(paths.stateDir, 0o755)
  await mkdir(dirname(paths.socketPath), { recursive: true })
  await chmod(dirname(paths.socketPath), 0o777)

  preparePrivateFolders(paths)
  preparePrivateFolders(paths)

  for (const folder of [paths.stateDir, dirname(paths.socketPath)]) {
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  }
})

test("a socket folder that is a link or a file is refused", async () => {
  const root = await tempFolder()
  await mkdir(join(root, "theirs"))
  await symlink(join(root, "theirs"), join(root, "link"))

  const paths = { ...projectPaths(root), socketPath: join(root, "link", "x.sock") }

  expect(() => preparePrivateFolders(paths)).toThrow(/is not yours alone/)
})

test("a link in place of the state's folder is refused, and the folder that it leads to keeps its mode", async () => {
  const [root, outside] = [await tempFolder(), await tempFolder()]
  await chmod(outside, 0o755)
  await symlink(outside, join(root, ".alyx"))

  expect(() => preparePrivateFolders(projectPaths(root))).toThrow(/\.alyx is a link/)
  expect((await stat(outside)).mode & 0o777).toBe(0o755)
})
