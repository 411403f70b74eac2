import { readFileSync } from "node:fs"
import { cp } from "node:fs/promises"
import { join } from "node:path"

import { execa } from "execa"
import { expect, test } from "vitest"

import { packageRoot } from "../../src/lib/package-root.ts"
import { scaffoldProject, starters } from "../../src/project/scaffold.ts"
import type { SeedResponse } from "../../src/protocol/data-api.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { startDaemon } from "../helpers/running-daemon.ts"
import type { RunningDaemon } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

/** One request of a requests.http. */
interface ListedRequest {
  readonly title: string
  readonly method: string
  readonly target: string
  readonly headers: Record<string, string>
  readonly body: unknown
}

/** The variables of a requests.http, and its requests as they stand, parted by ###. */
function listedRequests(text: string): { variables: Map<string, string>; blocks: string[] } {
  const variables = new Map([...text.matchAll(/^@(\w+) = (.*)$/gm)].map(([, name, value]) => [name!, value!]))
  const [, ...blocks] = text.split(/^### /m)
  return { variables, blocks }
}

/** Reads a request as editors do, with the variables put in. */
function readRequest(block: string, variables: ReadonlyMap<string, string>): ListedRequest {
  const filled = block.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => variables.get(name)!)
  const [head, ...parts] = filled.split("\n\n")
  const [title, line, ...headers] = head!.trimEnd().split("\n")
  const [method, url] = line!.split(" ")
  const body = parts.join("\n\n").trim()
  const { pathname, search } = new URL(url!)
  return {
    title: title!,
    method: method!,
    target: pathname + search,
    headers: Object.fromEntries(
      headers.map((header) => header.split(": ")).map(([name, value]) => [name!.toLowerCase(), value!]),
    ),
    body: body === "" ? undefined : JSON.parse(body),
  }
}

/** Puts the token and the id of an answer in, as the head of the file asks a person to. */
function keepSignIn(
  variables: Map<string, string>,
  body: { access_token?: string; user?: { id: string } } | null,
): void {
  if (body?.access_token === undefined) return
  variables.set("token", body.access_token)
  variables.set("me", body.user!.id)
}

async function seedOnce({ folder }: RunningDaemon): Promise<SeedResponse> {
  const { exitCode, stdout } = await runAlyx(["db", "seed", "seed.json", "--json"], { cwd: folder })
  expect([exitCode, stdout]).toEqual([0, expect.any(String)])
  return JSON.parse(stdout) as SeedResponse
}

/** Writes seed.json of a project as its README says, and then once more, which changes nothing. */
async function seed(daemon: RunningDaemon): Promise<void> {
  const first = await seedOnce(daemon)
  expect(first).toMatchObject({ updated: 0, unchanged: 0 })
  expect(first.created).toBeGreaterThan(2)
  expect(await seedOnce(daemon)).toMatchObject({ created: 0, updated: 0, unchanged: first.created })
}

/** Rules hold, as they do for whoever starts the project. */
const closed = { ALYX_SERVER_INSECURE_OPEN: "false" }

test.each(starters)("the %s starter serves its seed and every request of its list", async (template) => {
  const folder = join(await tempFolder(), "app")
  await scaffoldProject({ folder, name: "app", template })
  const daemon = await startDaemon({ folder, env: closed })

  await seed(daemon)
  const { variables, blocks } = listedRequests(readFileSync(join(folder, "requests.http"), "utf8"))
  expect(blocks.length).toBeGreaterThan(8)
  for (const block of blocks) {
    const { title, method, target, headers, body } = readRequest(block, variables)
    const answer = await daemon.send(method, target, body, headers)
    keepSignIn(variables, answer.body as { access_token?: string; user?: { id: string } } | null)
    // A title that promises a refusal names its status.
    const promised = Number(/\b4\d\d\b/.exec(title)?.[0] ?? 0)
    const isAsPromised = promised === 0 ? answer.status < 300 : answer.status === promised
    expect([title, isAsPromised ? "as promised" : answer]).toEqual([title, "as promised"])
  }
  expect(await daemon.stop()).toBe(0)
})

test.each(starters)("what the README of the %s starter says to try works word for word", async (template) => {
  const folder = join(await tempFolder(), "app")
  await scaffoldProject({ folder, name: "app", template })
  const daemon = await startDaemon({ folder, env: closed })
  await seedOnce(daemon)

  const readme = readFileSync(join(folder, "README.md"), "utf8")
  const script = /## Try it\n\n```bash\n(.*?)```/s.exec(readme)![1]!
  const here = script.replace("http://127.0.0.1:8090", daemon.url).replaceAll("curl ", "curl --fail-with-body -sS ")
  const { stdout } = await execa("bash", ["-euo", "pipefail", "-c", here])

  // A create, and lists that hold more than nothing.
  expect(stdout).toMatch(/"id":"/)
  expect(stdout).not.toMatch(/"docs":\[\]|"error"/)
  expect(await daemon.stop()).toBe(0)
})

test("examples/todo-app serves its seed, and its lists with their todos", async () => {
  const folder = join(await tempFolder(), "todo-app")
  await cp(join(packageRoot(), "examples", "todo-app"), folder, { recursive: true })
  const daemon = await startDaemon({ folder })

  await seed(daemon)
  const { body } = await daemon.send("GET", "/api/collections/lists?expand=todos&sort=name")

  expect(body).toMatchObject({
    docs: [
      { name: "Home", colour: "#888888", todos: [{ title: "Water the plants", tags: ["garden"] }] },
      { name: "Work", todos: [{ title: "Write the report", done: false, priority: 3 }] },
    ],
    limit: 20,
  })
  expect(await daemon.stop()).toBe(0)
})
