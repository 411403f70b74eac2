import { chmod, readFile, stat } from "node:fs/promises"
import { createServer } from "node:net"
import path from "node:path"

import { execa } from "execa"
import { describe, expect, onTestFinished, test } from "vitest"

import type { DaemonFile, LogEntry } from "../../src/protocol/admin-api.ts"
import { freePort, makeProject } from "../helpers/cli-project.ts"
import { builtCli } from "../helpers/built-cli.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { scaled } from "../helpers/scale.ts"

describe("without a daemon", () => {
  test.each([
    [["status"], "not running", ""],
    [["stop"], "", "No daemon runs for"],
    [["restart"], "", "No daemon runs for"],
    [["logs"], "", "No daemon runs for"],
  ])("alyx %j ends with 3", async (args, out, err) => {
    const project = await makeProject()

    const { exitCode, stdout, stderr } = await project.run(...args)

    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: out })
    expect(stderr).toContain(err)
    expect(stderr).toContain("alyx dev or alyx start")
  })
})

describe("alyx start --detach", () => {
  test("leaves a server behind that status describes, and stop ends", async () => {
    const project = await makeProject()

    const daemon = await project.start()
    const answer = await fetch(`${daemon.url}/api/collections/notes`)
    const again = await project.run("start", "--detach", "--json")
    const status = await project.run("status")
    const data = JSON.parse((await project.run("status", "--json")).stdout) as Record<string, unknown>
    const stopped = await project.run("stop")

    expect(await answer.json()).toMatchObject({ docs: [], total: 0 })
    expect(JSON.parse(again.stdout)).toMatchObject({ started: false, daemon: { pid: daemon.pid } })
    expect(status.stdout).toContain("start mode")
    // What status itself asks over the local socket is no request of the API.
    expect(status.stdout).toContain("1, 0 failed (5xx), 0 now")
    expect(status.stdout).toContain(daemon.url)
    expect(status.stdout).toMatch(/^ {2}notes {2}0$/m)
    expect(data).toMatchObject({ running: true, daemon: { pid: daemon.pid }, database: { durability: "full" } })
    expect(stopped).toMatchObject({ exitCode: 0, stdout: `Stopped (process ${daemon.pid}).` })
    expect((await project.run("status")).exitCode).toBe(3)
  })

  test("keeps what it writes to itself", async () => {
    const project = await makeProject()
    const daemon = await project.start()

    const modes = [".alyx", ".alyx/daemon.json", ".alyx/daemon.log", ".alyx/daemon.sock"].map(async (name) => {
      const { mode } = await stat(path.join(project.folder, name))
      return (mode & 0o777).toString(8)
    })

    expect(await Promise.all(modes)).toEqual(["700", "600", "600", "600"])
    expect(daemon.logFile).toBe(path.join(project.folder, ".alyx/daemon.log"))
  })

  test("a second one is joined as it is, and refused when it is to have other flags", async () => {
    const project = await makeProject()
    const port = String(await freePort())
    const { pid } = await project.start("--port", port)

    const same = await project.run("start", "--detach", "--port", port)
    const other = await project.run("start", "--detach", "--port", "1", "--json")

    expect(same).toMatchObject({ exitCode: 0, stdout: `Already running: http://127.0.0.1:${port} (process ${pid}).` })
    expect(other.exitCode).toBe(1)
    expect(JSON.parse(other.stdout)).toMatchObject({
      error: { code: "CONFLICT", message: expect.stringContaining("without --port 1") },
    })
  })

  test("gives up soon when the daemon of another project holds the database", async () => {
    const [project, other] = [await makeProject(), await makeProject()]
    const { pid } = await project.start()
    const database = path.join(project.folder, "data/alyx.db")
    const startedAt = performance.now()

    const { exitCode, stderr } = await other.run("start", "--detach", "--port", "0", "--database", database)

    expect(exitCode).toBe(1)
    expect(stderr).toContain("DATABASE_LOCKED")
    expect(stderr).toContain(`end process ${pid}`)
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    expect((await readFile(path.join(other.folder, ".alyx/daemon.log"), "utf8")).split("Serving")).toHaveLength(1)
  }, 30_000)

  test("says that it cannot write where it cannot", async () => {
    const project = await makeProject()
    await writeProject(project.folder, { ".alyx": "a file, where a folder should be" })

    const { exitCode, stderr } = await project.run("start", "--detach")

    expect(exitCode).toBe(1)
    expect(stderr).toContain(`${project.folder}/.alyx cannot be written`)
    expect(stderr).toContain("FILE_UNWRITABLE")
  })

  // Only root can be somebody else.
  test.runIf(process.getuid?.() === 0)("another user is told whose it is, not that nothing runs", async () => {
    const project = await makeProject()
    await project.start()
    await chmod(project.folder, 0o755)
    const nobody = { cwd: project.folder, uid: 65_534, gid: 65_534, stdin: "ignore", reject: false } as const

    const outcomes = [["status"], ["stop"], ["dev", "--once"], ["dev"], ["start", "-d"]].map(async (words) => {
      const { exitCode, stdout, stderr } = await execa(process.execPath, [await builtCli(), ...words], nobody)
      return { exitCode, stdout, says: stderr.includes("DAEMON_NOT_YOURS") && stderr.includes("another user (uid 0)") }
    })

    const refused = { exitCode: 4, stdout: "", says: true }
    expect(await Promise.all(outcomes)).toEqual(Array.from({ length: 5 }, () => refused))
  })

  test("many starts at once give one daemon", async () => {
    const project = await makeProject()

    const starts = await Promise.all(
      Array.from({ length: scaled(20, 8) }, () => project.run("start", "-d", "--port", "0", "--json")),
    )

    const results = starts.map(({ exitCode, stdout }) => {
      const data = JSON.parse(stdout) as { started?: boolean; daemon?: DaemonFile; error?: unknown }
      return { exitCode, started: data.started, pid: data.daemon?.pid, error: data.error }
    })
    expect(results.filter(({ exitCode }) => exitCode !== 0)).toEqual([])
    expect(new Set(results.map(({ pid }) => pid)).size).toBe(1)
    expect(results.filter(({ started }) => started)).toHaveLength(1)
  }, 120_000)

  test("starts again after kill -9, with everything that was answered", async () => {
    const project = await makeProject()
    const killed = await project.start()
    const created = await fetch(`${killed.url}/api/collections/notes`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "kept" }),
    })
    process.kill(killed.pid, "SIGKILL")

    const status = await project.run("status")
    const daemon = await project.start()
    const list = (await (await fetch(`${daemon.url}/api/collections/notes`)).json()) as { docs: { text: string }[] }

    expect(created.status).toBe(201)
    expect(status).toMatchObject({ exitCode: 3, stdout: "not running" })
    expect(daemon.pid).not.toBe(killed.pid)
    expect(list.docs.map(({ text }) => text)).toEqual(["kept"])
  })

  test("shows what kept the daemon from starting", async () => {
    const project = await makeProject()
    await writeProject(project.folder, {
      "schema.yaml": "collections:\n  notes:\n    fields:\n      text: { type: strng }\n",
    })

    const { exitCode, stderr } = await project.run("start", "--detach", "--port", "0")

    expect(exitCode).toBe(1)
    expect(stderr).toContain("schema.yaml:4:21")
    expect(stderr).toContain('Did you mean "string"?')
    expect(stderr).toContain("^^^^^")
  })

  test("fails when the port that was asked for is taken", async () => {
    const project = await makeProject()
    const server = createServer().listen(0, "127.0.0.1")
    await new Promise((resolve) => server.once("listening", resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }

    const { exitCode, stderr } = await project.run("start", "--detach", "--port", String(port))

    expect(exitCode).toBe(1)
    expect(stderr).toContain("PORT_IN_USE")
  })

  test("dev and a second start refuse to serve beside it", async () => {
    const project = await makeProject()
    const daemon = await project.start()

    for (const words of [["dev", "--foreground"], ["start"]]) {
      const { exitCode, stderr } = await project.run(...words)

      expect({ words, exitCode }).toEqual({ words, exitCode: 1 })
      expect(stderr).toContain(`process ${daemon.pid}`)
      expect(stderr).toContain("alyx stop")
    }
  })
})

describe("alyx logs", () => {
  test("prints entries as lines, or as one JSON a line, of the kinds that are asked for", async () => {
    const project = await makeProject()
    const { url } = await project.start()

    const lines = await project.run("logs", "--kind", "log")
    const json = await project.run("logs", "--json", "--kind", "log", "--tail", "1")
    const none = await project.run("logs", "--tail", "0")

    expect(lines.stdout).toMatch(new RegExp(`^\\[\\d\\d:\\d\\d:\\d\\d\\] · Serving ${url}`, "m"))
    expect(JSON.parse(json.stdout) as LogEntry).toMatchObject({ kind: "log" })
    expect(none).toMatchObject({ exitCode: 0, stdout: "" })
  })

  test("follows until the daemon ends", async () => {
    const project = await makeProject()
    const { url } = await project.start()
    const following = execa(process.execPath, [await builtCli(), "logs", "-f"], {
      cwd: project.folder,
      stdin: "ignore",
      env: { NO_COLOR: "1" },
    })
    const seen: string[] = []
    for await (const line of following) {
      seen.push(line.slice("[08:30:15] ".length))
      // That it prints what is past shows that it listens; what comes now is new.
      if (line.includes("Serving")) await fetch(`${url}/api/collections/none`)
      if (line.includes("/none")) await project.run("stop")
    }
    const { exitCode, stderr } = await following

    expect(seen).toContainEqual(
      expect.stringMatching(/^GET {4}404 +[\d.]+ ms \/api\/collections\/none COLLECTION_NOT_FOUND$/),
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "The daemon has ended." })
  })
})

describe("alyx start", () => {
  test("shows what is wrong with the schema, and ends", async () => {
    const project = await makeProject()
    await writeProject(project.folder, { "schema.yaml": "collections:\n  notes:\n    fields: []\n" })

    const { exitCode, stderr } = await project.run("start", "--port", "0")

    expect(exitCode).toBe(1)
    expect(stderr).toContain("SCHEMA_INVALID")
    expect(stderr).toContain("schema.yaml:")
  })

  test("logs JSON with --json", async () => {
    const project = await makeProject()
    const server = execa(process.execPath, [await builtCli(), "start", "--port", "0", "--json"], {
      cwd: project.folder,
      stdin: "ignore",
    })
    for await (const line of server) {
      expect(JSON.parse(line)).toHaveProperty("level")
      if (line.includes("Serving")) server.kill("SIGTERM")
    }

    expect((await server).exitCode).toBe(0)
  })

  test("drains on SIGTERM, ends with 0, and leaves nothing that looks alive", async () => {
    const project = await makeProject()
    const server = await startDaemon({ folder: project.folder })
    const daemonFile = path.join(project.folder, ".alyx/daemon.json")
    const { pid, logFile } = JSON.parse(await readFile(daemonFile, "utf8")) as DaemonFile
    const restart = await project.run("restart")

    const ended = await server.stop()

    expect({ pid, logFile }).toEqual({ pid: server.child.pid, logFile: null })
    expect(restart.stderr).toContain("runs in the foreground")
    expect(ended).toBe(0)
    await expect(stat(daemonFile)).rejects.toThrow("ENOENT")
  })
})
