import { execFileSync } from "node:child_process"
import { chown, symlink, writeFile } from "node:fs/promises"
import path from "node:path"

import { describe, expect, test } from "vitest"

import { readDaemonFile } from "../../src/client/daemon-file.ts"
import { listenOnSocket } from "../helpers/socket-server.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

async function written(content: unknown): Promise<string> {
  const file = path.join(await tempFolder(), "daemon.json")
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content))
  return file
}

describe("readDaemonFile", () => {
  test("a whole file of this project with a socket of this user is believed", async () => {
    const content = { pid: 1, projectRoot: "/p", socketPath: await listenOnSocket(() => undefined) }

    expect(await readDaemonFile(await written(content), "/p")).toEqual(content)
  })

  test.each([
    ["missing", undefined],
    ["half written", '{"pid": 1, "projectRoot": "/p", "sock'],
    ["no object", "null"],
    ["of another project", { pid: 1, projectRoot: "/other", socketPath: "/tmp/x.sock" }],
    ["without a socket", { pid: 1, projectRoot: "/p" }],
    ["with a socket that is gone", { pid: 1, projectRoot: "/p", socketPath: "/tmp/no-such.sock" }],
    ["longer than any of ours", " ".repeat(100_000)],
  ])("a file that is %s is none", async (_what, content) => {
    const file = content === undefined ? path.join(await tempFolder(), "daemon.json") : await written(content)

    expect(await readDaemonFile(file, "/p")).toBeUndefined()
  })

  test("a pipe or a device in its place is none, and nobody waits for it", async () => {
    const folder = await tempFolder()
    await symlink("/dev/zero", path.join(folder, "zero"))
    execFileSync("mkfifo", [path.join(folder, "pipe")])

    for (const name of ["zero", "pipe"]) expect(await readDaemonFile(path.join(folder, name), "/p")).toBeUndefined()
  })

  test("a socket of somebody else is none", async () => {
    // Root can give a file away; for everybody else the root folder is somebody else's.
    const socketPath = process.getuid?.() === 0 ? await listenOnSocket(() => undefined) : "/"
    if (socketPath !== "/") await chown(socketPath, 65_534, 65_534)
    const content = { pid: 1, projectRoot: "/p", socketPath }

    expect(await readDaemonFile(await written(content), "/p")).toBeUndefined()
  })
})
