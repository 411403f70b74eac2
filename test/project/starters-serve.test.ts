import { readFileSync } from "node:fs"
import { cp } from "node:fs/promises"
import { join } from "node:path"

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
  readonly body: unknown
}

/** Reads a requests.http as editors do: variables, then requests parted by ###. */
function listedRequests(text: string): ListedRequest[] {
  const variables = new Map([...text.matchAll(/^@(\w+) = (.*)$/gm)].map(([, name, value]) => [name!, value!]))
  const [, ...blocks] = text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => variables.get(name)!).split(/^### /m)
  return blocks.map((block) => {
    const [head, ...parts] = block.split("\n\n")
    const [title, line] = head!.split("\n")
    const [method, url] = line!.split(" ")
    const body = parts.join("\n\n").trim()
    const { pathname, search } = new URL(url!)
    return {
      title: title!,
      method: method!,
      target: pathname + search,
      body: body === "" ? undefined : JSON.parse(body),
    }
  })
}

/** Writes seed.json of a project as its README says, and then once more, which changes nothing. */
async function seed(daemon: RunningDaemon): Promise<void> {
  const seedOnce = async (): Promise<SeedResponse> => {
    const { exitCode, stdout } = await runAlyx(["db", "seed", "seed.json", "--json"], { cwd: daemon.folder })
    expect([exitCode, stdout]).toEqual([0, expect.any(String)])
    return JSON.parse(stdout) as SeedResponse
  }
  const first = await seedOnce()
  expect(first).toMatchObject({ updated: 0, unchanged: 0 })
  expect(first.created).toBeGreaterThan(2)
  expect(await seedOnce()).toMatchObject({ created: 0, updated: 0, unchanged: first.created })
}

test.each(starters)("the %s starter serves its seed and every request of its list", async (template) => {
  const folder = join(await tempFolder(), "app")
  await scaffoldProject({ folder, name: "app", template })
  const daemon = await startDaemon({ folder })

  await seed(daemon)
  const requests = listedRequests(readFileSync(join(folder, "requests.http"), "utf8"))
  expect(requests.length).toBeGreaterThan(5)
  for (const { title, method, target, body } of requests) {
    const { status } = await daemon.send(method, target, body)
    // A title that promises a refusal names its status.
    const promised = /\b4\d\d\b/.exec(title)?.[0]
    expect([title, promised === undefined ? status < 300 : String(status) === promised]).toEqual([title, true])
  }
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
