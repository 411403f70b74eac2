import { readdir, readFile } from "node:fs/promises"
import { join, relative, sep } from "node:path"

import { expect, test } from "vitest"

import { packageRoot } from "../../src/lib/package-root.ts"
import { loadConfig } from "../../src/project/load-config.ts"
import { loadProjectSchema } from "../../src/project/load-schema.ts"
import { renderStarter } from "../../src/project/scaffold.ts"

const examples = join(packageRoot(), "examples")

test("examples/blog is the blog starter (node scripts/generate-docs.ts writes it)", async () => {
  const folder = join(examples, "blog")
  const starter = new Map(renderStarter({ name: "blog", template: "blog" }))

  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const present = files
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join("/"))
    .filter((name) => !name.startsWith(".alyx/") && !name.startsWith("data/"))

  expect(present.toSorted()).toEqual([...starter.keys()].toSorted())
  for (const [name, text] of starter) expect(await readFile(join(folder, name), "utf8")).toBe(text)
})

test.each(["", "blog", "todo-app"])("examples/%s loads without problems or notices", (name) => {
  const root = join(examples, name)
  const config = loadConfig({ root, env: {}, flags: {}, mode: "start" })
  const schema = loadProjectSchema(root)

  expect([config.problems, config.notices, schema.problems, schema.notices]).toEqual([[], [], [], []])
})

test("the port of examples/todo-app comes from its variable", () => {
  const { config } = loadConfig({
    root: join(examples, "todo-app"),
    env: { TODO_PORT: "9123" },
    flags: {},
    mode: "start",
  })

  expect(config!.server.port).toBe(9123)
})
