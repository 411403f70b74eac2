import { describe, expect, test } from "vitest"

import { builtCli } from "../helpers/built-cli.ts"
import { makeProject } from "../helpers/cli-project.ts"
import type { CommandResult } from "../helpers/run-alyx.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { openTerminal } from "../helpers/terminal-screen.ts"
import { send, sendJson } from "../daemon/http/http-fixture.ts"

describe("alyx auth", () => {
  test("makes an admin without a daemon, who then signs in and uses the admin API", async () => {
    const { alyx, start } = await authProject()

    const made = await alyx(
      ["auth", "create-admin", "--email", "ada@example.com", "--password-stdin"],
      "correct horse\n",
    )
    const again = await alyx(["auth", "--create-admin", "ADA@example.com", "--password-stdin"], "correct horse")
    const { port } = await start()
    const signIn = await sendJson(port, "POST", "/api/auth/login", {
      email: "ada@example.com",
      password: "correct horse",
    })
    const headers = { authorization: `Bearer ${signIn.body.access_token}` }

    expect(made).toMatchObject({ exitCode: 0, stdout: "ada@example.com is an admin." })
    expect(again).toMatchObject({
      exitCode: 5,
      stdout: "",
      stderr: expect.stringMatching(/is an admin already[^]*alyx auth reset-password ada@example\.com/) as unknown,
    })
    expect((await send(port, { path: "/api/admin/stats", headers })).status).toBe(200)
    expect((await send(port, { path: "/api/admin/stats" })).status).toBe(401)
  })

  test("the log of a server without an admin has a link by which one is made", async () => {
    const { alyx, start } = await authProject()
    const { port } = await start()
    const { stdout } = await alyx(["logs", "--kind", "log"])
    const link = new URL(/There is no admin yet\. .*(http:\S+)/.exec(stdout)?.[1] ?? "")

    const page = await fetch(link)
    const body = { token: link.searchParams.get("token"), email: "ada@example.com", password: "correct horse" }
    const made = await sendJson(port, "POST", link.pathname, body)

    expect(page.status).toBe(200)
    expect(made.status).toBe(201)
    expect(JSON.parse((await alyx(["auth", "users", "--json"])).stdout)).toMatchObject({ users: [{ role: "admin" }] })
    await alyx(["restart"])
    expect((await alyx(["logs", "--kind", "log", "--tail", "5"])).stdout).not.toContain("There is no admin yet")
  })

  test("lists, changes and ends accounts and their sessions, while a server runs", async () => {
    const { alyx, start } = await authProject()
    const { port } = await start()
    const ada = { email: "ada@example.com", password: "correct horse" }
    const { body } = await sendJson(port, "POST", "/api/auth/register", ada)
    const me = () => send(port, { path: "/api/auth/me", headers: { authorization: `Bearer ${body.access_token}` } })

    const listed = await alyx(["auth", "users", "--search", "ADA"])
    const changed = await alyx(["auth", "users", "set", "ada@example.com", "--role", "editor", "--verified", "--json"])
    const nothing = await alyx(["auth", "users", "set", "ada@example.com"])
    const sessions = await alyx(["auth", "sessions", "ada@example.com", "--json"])

    expect(listed.stdout).toMatch(/^email +role +verified +sessions[^]*\nada@example\.com +user +no +1 /)
    expect(JSON.parse(changed.stdout)).toMatchObject({ user: { role: "editor", verified: true } })
    expect(nothing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--role") as unknown })
    expect(JSON.parse(sessions.stdout)).toMatchObject({ sessions: [{ address: "127.0.0.1" }] })
    expect((await me()).body.user.role).toBe("editor")

    expect((await alyx(["auth", "sessions", "ada@example.com", "--end"])).stdout).toBe("Ended 1 session.")
    expect((await me()).body.error.code).toBe("INVALID_TOKEN")

    const reset = await alyx(["auth", "--reset-password", "ada@example.com", "--password-stdin"], "another horse")
    expect(reset).toMatchObject({ exitCode: 0 })
    expect((await sendJson(port, "POST", "/api/auth/login", { ...ada, password: "another horse" })).status).toBe(200)
    const link = await alyx(["auth", "reset-password", "ada@example.com", "--link"])
    expect((await fetch(link.stdout)).status).toBe(200)

    const unasked = await alyx(["auth", "users", "delete", "ada@example.com"])
    expect(unasked).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("alyx auth users delete ada@example.com --yes") as unknown,
    })
    expect((await alyx(["auth", "users", "delete", "ada@example.com", "--yes"])).exitCode).toBe(0)
    expect(await alyx(["auth", "users", "delete", "ada@example.com", "--yes"])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("USER_NOT_FOUND") as unknown,
    })
  })

  test("says when no admin is left, and asks nobody for the password of an account that is there already", async () => {
    const { alyx, folder } = await authProject()
    for (const name of ["ada", "bob"])
      await alyx(["auth", "create-admin", "--email", `${name}@example.com`, "--password-stdin"], "correct horse")

    const first = await alyx(["auth", "users", "set", "ada@example.com", "--role", "user"])
    const last = await alyx(["auth", "users", "set", "bob@example.com", "--role", "user"])
    const none = await alyx(["auth", "users", "set", "bob@example.com", "--role", "editor"])
    await alyx(["auth", "users", "set", "ada@example.com", "--role", "admin"])
    const deleted = await alyx(["auth", "users", "delete", "ada@example.com", "--yes"])
    const command = [await builtCli(), "auth", "create-admin", "--email", "bob@example.com"]
    const terminal = openTerminal({ command: process.execPath, args: command, cwd: folder })

    expect([first, none].map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual([
      { exitCode: 0, stderr: "" },
      { exitCode: 0, stderr: "" },
    ])
    expect(last).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("No admin is left") as unknown })
    expect(deleted).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("No admin is left") as unknown })
    await terminal.shows("alyx auth users set bob@example.com --role admin")
    expect(await terminal.ended).toBe(5)
    expect(terminal.text()).not.toContain("Password")
  })

  test("makes, lists and ends API keys; the secret is on stdout and nowhere else", async () => {
    const { alyx, start } = await authProject()
    const { port } = await start()

    const made = await alyx(["auth", "key", "create", "--name", "ci", "--role", "admin", "--expires", "90d"])
    const asks = () => send(port, { path: "/api/admin/stats", headers: { authorization: `Bearer ${made.stdout}` } })

    expect(made.stdout).toMatch(/^alyx_[\w-]{43}$/)
    expect(made.stderr).toContain("shown this once")
    expect((await asks()).status).toBe(200)
    const listed = await alyx(["auth", "key", "list"])
    expect(listed.stdout).toMatch(/\nci +admin +– +20\d\d-/)
    expect(listed.stdout).not.toContain(made.stdout.slice(5, 20))
    const slip = await alyx(["auth", "key", "create", "--name", "x", "--role", "r", "--collection", "note"])
    expect(slip).toMatchObject({ exitCode: 1, stdout: "" })
    expect(slip.stderr).toContain("The schema has no collection note. Did you mean notes?")
    expect(await alyx(["auth", "key", "revoke", "ci"])).toMatchObject({ exitCode: 2 })
    expect((await alyx(["auth", "key", "revoke", "ci", "--yes", "--json"])).exitCode).toBe(0)
    expect((await asks()).status).toBe(401)
  })

  test("asks for the password at a terminal, twice, and shows none of it", async () => {
    const { folder } = await authProject()
    const command = [await builtCli(), "auth", "create-admin", "--email", "ada@example.com"]
    const terminal = openTerminal({ command: process.execPath, args: command, cwd: folder })

    await terminal.shows("Password of ada@example.com")
    terminal.type("correct horse\r")
    await terminal.shows("The same again")
    terminal.type("correct horse\r")

    await terminal.shows("ada@example.com is an admin.")
    expect(terminal.text()).not.toContain("correct")
  })

  test.each([
    { args: ["auth"], code: 2, says: "alyx auth needs to know what to do." },
    { args: ["auth", "create-admin"], code: 2, says: "alyx auth create-admin needs --email." },
    { args: ["auth", "key", "create"], code: 2, says: "alyx auth key create needs --name and --role." },
    { args: ["auth", "create-admin", "--email", "a@b.example", "--data", "Ada"], code: 2, says: "--data must be" },
    { args: ["auth", "create-admin", "--email", "ada@example.com"], code: 2, says: "--password-stdin" },
    { args: ["auth", "create-admin", "--email", "ada", "--password-stdin"], code: 1, says: "must be an email address" },
    { args: ["auth", "create-admin", "--email", "a@b.example", "--password-stdin"], code: 1, says: "at least" },
  ])("refuses $args with a sentence", async ({ args, code, says }) => {
    const { alyx } = await authProject()

    const { exitCode, stdout, stderr } = await alyx(args, "short")

    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" })
    expect(stderr).toContain(says)
  })
})

/** A project that is not open, and a way to run alyx in it with something on stdin. */
async function authProject() {
  const project = await makeProject()
  const env = { ALYX_SERVER_INSECURE_OPEN: "false" }
  const alyx = (args: readonly string[], input = ""): Promise<CommandResult> =>
    runAlyx(args, { cwd: project.folder, env, input })
  return {
    folder: project.folder,
    alyx,
    start: async () => {
      const { exitCode, stdout } = await alyx(["start", "--detach", "--json", "--port", "0"])
      expect(exitCode).toBe(0)
      const { daemon } = JSON.parse(stdout) as { daemon: { url: string } }
      return { port: Number(new URL(daemon.url).port) }
    },
  }
}
