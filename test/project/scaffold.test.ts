import { execFileSync } from "node:child_process"
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { expect, test } from "vitest"

import { isAlyxError } from "../../src/errors.ts"
import { writeEditorSchemas } from "../../src/project/editor-schemas.ts"
import { loadConfig } from "../../src/project/load-config.ts"
import { loadProjectSchema } from "../../src/project/load-schema.ts"
import { projectNameFrom } from "../../src/project/project-name.ts"
import { scaffoldProject, starters } from "../../src/project/scaffold.ts"
import { readSeedFile } from "../../src/project/seed-files/read-seed-file.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const everyFile = [".env.example", ".gitignore", "README.md", "alyx.yaml", "requests.http", "schema.yaml", "seed.json"]

/** The function that each starter begins with. */
const functionOf = { basic: "summary", blog: "publish", saas: "overview" } as const

function filesOf(template: keyof typeof functionOf): readonly string[] {
  return [...everyFile, `functions/${functionOf[template]}.ts`, "functions/tsconfig.json"].toSorted()
}

/** The code and message that an attempt fails with. */
async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return "no failure"
  } catch (error) {
    return isAlyxError(error) ? `${error.code} ${error.message}` : String(error)
  }
}

test.each(starters)("the %s starter is a project without problems or notices", async (template) => {
  const folder = join(await tempFolder(), "deep", "my-app")

  const { written, kept } = await scaffoldProject({ folder, name: "my-app", template })

  expect([written.toSorted(), kept]).toEqual([filesOf(template), []])
  expect((await readdir(folder)).toSorted()).toEqual([".alyx", "functions", ...everyFile].toSorted())
  const config = loadConfig({ root: folder, env: {}, flags: {}, mode: "start" })
  const schema = loadProjectSchema(folder)
  expect([config.problems, config.notices, schema.problems, schema.notices]).toEqual([[], [], [], []])
})

test.each(starters)("the %s starter names itself, its editor schemas, and how to sign in", async (template) => {
  const folder = await tempFolder()
  await scaffoldProject({ folder, name: "corner-shop", template })
  const text = (name: string): Promise<string> => readFile(join(folder, name), "utf8")

  for (const [file, schema] of [
    ["schema.yaml", "schema.schema.json"],
    ["alyx.yaml", "alyx.schema.json"],
  ] as const) {
    expect((await text(file)).split("\n")[0]).toBe(`# yaml-language-server: $schema=.alyx/${schema}`)
    expect(JSON.parse(await text(`.alyx/${schema}`))).toHaveProperty("properties")
    expect(await text(file)).toContain("corner-shop")
  }
  expect(await text("README.md")).toMatch(/^# corner-shop\n/)
  expect(await text("README.md")).toContain("$api/auth/register")
  expect(await text("requests.http")).toContain("Authorization: Bearer {{token}}")
  expect(await text("requests.http")).toMatch(/^@api = http:\/\/127\.0\.0\.1:8090\/api\n/)
  expect(await text("requests.http")).toContain("{{api}}/collections/")
  expect(await text("README.md")).toContain("alyx db seed seed.json")
})

test.each(starters)("the seed of the %s starter has documents for every collection", async (template) => {
  const folder = await tempFolder()
  await scaffoldProject({ folder, name: "app", template })
  const schema = loadProjectSchema(folder).schema!

  const seen = new Set<string>()
  const file = { path: join(folder, "seed.json"), name: "seed.json", schema }
  for await (const { collection, data } of readSeedFile(file)) {
    seen.add(collection)
    expect(Object.keys(data).length).toBeGreaterThan(0)
  }

  expect([...seen]).toEqual([...schema.collections.keys()])
})

/** What an attempt at a folder fails with. */
function attempt(folder: string): Promise<string> {
  return failure(scaffoldProject({ folder, name: "app", template: "basic" }))
}

test("git ignores data, state and secrets of a new project, and nothing else", async () => {
  const folder = await tempFolder()
  await scaffoldProject({ folder, name: "app", template: "basic" })
  await mkdir(join(folder, "data"))
  for (const name of ["data/alyx.db", ".env", ".env.local"]) await writeFile(join(folder, name), "")
  execFileSync("git", ["init", "--quiet"], { cwd: folder })

  const seen = execFileSync("git", ["status", "--porcelain", "--untracked-files=all"], {
    cwd: folder,
    encoding: "utf8",
  })

  expect(
    seen
      .trim()
      .split("\n")
      .map((line) => line.slice(3))
      .toSorted(),
  ).toEqual(filesOf("basic"))
})

test("files that are there already are kept and named", async () => {
  const folder = await tempFolder()
  await writeFile(join(folder, "README.md"), "mine")
  await writeFile(join(folder, ".gitignore"), "mine")
  await chmod(join(folder, "README.md"), 0o400)

  const { written, kept } = await scaffoldProject({ folder, name: "app", template: "blog" })

  expect(kept.toSorted()).toEqual([".gitignore", "README.md"])
  expect(written).not.toContain("README.md")
  expect(await readFile(join(folder, "README.md"), "utf8")).toBe("mine")
})

test.each(["schema.yaml", "alyx.yaml"])("a folder with a %s is a project already, and stays as it is", async (file) => {
  const folder = await tempFolder()
  await writeFile(join(folder, file), "mine")

  const said = await failure(scaffoldProject({ folder, name: "app", template: "basic" }))

  expect(said).toBe(`FILE_EXISTS ${folder} is a project already: it has ${file}. Nothing was written.`)
  expect(await readdir(folder)).toEqual([file])
})

test("two at once make one project", async () => {
  const folder = join(await tempFolder(), "app")
  const attempts = [1, 2, 3].map(() => scaffoldProject({ folder, name: "app", template: "blog" }))

  const done = (await Promise.allSettled(attempts)).flatMap((one) => (one.status === "fulfilled" ? [one.value] : []))

  expect(done.flatMap(({ written }) => written).toSorted()).toEqual(filesOf("blog"))
  expect(loadProjectSchema(folder).problems).toEqual([])
})

test("a path that is a file, lies in a file, or may not be written is refused", async () => {
  const root = await tempFolder()
  await writeFile(join(root, "file"), "")

  expect(await attempt(join(root, "file"))).toBe(`FILE_EXISTS ${join(root, "file")} is a file.`)
  expect(await attempt(join(root, "file", "app"))).toMatch(/^FILE_UNWRITABLE .* a part of the path is a file\.$/)
  expect(await attempt(join(root, "x".repeat(300)))).toMatch(/^FILE_UNWRITABLE .* the path is too long\.$/)
  expect(await attempt("/proc/app")).toMatch(/^FILE_UNWRITABLE /)
})

test.each(["", ".", "..", "a/b", "a b", "-x", ".hidden", "x.", "ä", "con", "a\nb", "a".repeat(65), "{{name}}", "$(x)"])(
  "the name %j is refused, with one that would do",
  async (name) => {
    const folder = join(await tempFolder(), "app")

    const said = await failure(scaffoldProject({ folder, name, template: "basic" }))

    expect(said).toMatch(/^USAGE .*cannot be the name of a project/)
    await expect(readdir(folder)).rejects.toThrow()
  },
)

test.each([
  ["My App", "my-app"],
  ["/home/ada/Café_1", "cafe_1"],
  ["...", "my-app"],
  ["日本", "my-app"],
  ["CON", "my-app"],
])("a name is made from the folder %j", (folder, name) => {
  expect(projectNameFrom(folder)).toBe(name)
})

test("editor schemas come back when they were deleted, and are not touched when they are current", async () => {
  const folder = await tempFolder()
  await writeEditorSchemas(folder)
  const file = join(folder, ".alyx", "schema.schema.json")
  await chmod(file, 0o400)

  await writeEditorSchemas(folder)
  await writeFile(join(folder, ".alyx", "alyx.schema.json"), "old")
  await writeEditorSchemas(folder)

  expect(JSON.parse(await readFile(join(folder, ".alyx", "alyx.schema.json"), "utf8"))).toHaveProperty(
    "title",
    "alyx.yaml",
  )
  expect((await readdir(join(folder, ".alyx"))).toSorted()).toEqual([
    "alyx.schema.json",
    "migration.schema.json",
    "schema.schema.json",
  ])
})

test("the folder of the state is closed to others from the beginning", async () => {
  const folder = join(await tempFolder(), "app")

  await scaffoldProject({ folder, name: "app", template: "basic" })

  expect((await stat(join(folder, ".alyx"))).mode & 0o777).toBe(0o700)
})
