import { readFile, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { runAlyx } from "../helpers/run-alyx.ts"
import { writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = `collections:
  posts:
    fields:
      title: { type: string }
      author_id: { type: uuid }
    rules:
      create: "auth.id != null && doc.author_id == auth.id"
      read: true
      update: "doc.author_id == auth.id"
      delete: "doc.author_id == auth.id"
`

async function project(): Promise<string> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema })
  return folder
}

test("a change of a rule fails the check with what it lets somebody do, until the matrix is written again", async () => {
  const cwd = await project()

  const missing = await runAlyx(["rules", "matrix", "--check"], { cwd })
  const written = await runAlyx(["rules", "matrix", "--write"], { cwd })
  const same = await runAlyx(["rules", "matrix", "--check"], { cwd })
  await writeFile(path.join(cwd, "schema.yaml"), schema.replace(/delete: .*/, 'delete: "auth.id != null"'))
  const changed = await runAlyx(["rules", "matrix", "--check"], { cwd })
  const printed = await runAlyx(["rules", "matrix"], { cwd })

  expect([missing.exitCode, written.exitCode, same.exitCode, changed.exitCode]).toEqual([1, 0, 0, 1])
  expect(missing.stderr).toContain("alyx rules matrix --write")
  expect(changed.stdout).toMatch(/^- {5}delete +- +-$/m)
  expect(changed.stdout).toMatch(/^\+ {5}delete +- +yes$/m)
  expect(changed.stderr).toContain("The rules allow something else than rules.matrix.txt says.")
  const kept = await readFile(path.join(cwd, "rules.matrix.txt"), "utf8")
  expect(kept).not.toBe(`${printed.stdout}\n`)
  expect(printed.stdout).toMatch(/^posts +anonymous +user$/m)
})

test("another role is a new column, and does not hide what else changed", async () => {
  const cwd = await project()
  await runAlyx(["rules", "matrix", "--write"], { cwd })
  const update = "update: \"doc.author_id == auth.id || auth.role == 'moderator'\""
  const withRole = schema.replace(/update: .*/, update)

  await writeFile(path.join(cwd, "schema.yaml"), withRole)
  const changed = await runAlyx(["rules", "matrix", "--check"], { cwd })
  await writeFile(path.join(cwd, "schema.yaml"), withRole.replace(/delete: .*/, 'delete: "auth.id != null"'))
  const both = await runAlyx(["rules", "matrix", "--check"], { cwd })
  await runAlyx(["rules", "matrix", "--write"], { cwd })
  await writeFile(path.join(cwd, "schema.yaml"), schema)
  const less = await runAlyx(["rules", "matrix", "--check", "--json"], { cwd })

  expect([changed.exitCode, both.exitCode, less.exitCode]).toEqual([1, 1, 1])
  expect(changed.stdout).toBe("+ new caller: moderator")
  expect(changed.stderr).toContain("what the others may do is the same")
  expect(both.stdout).toMatch(/^\+ new caller: moderator\n[^]*^- {5}delete +- +-$\n^\+ {5}delete +- +yes$/m)
  expect(both.stdout.match(/^[-+] /gm)).toHaveLength(3)
  expect(JSON.parse(less.stdout)).toMatchObject({ same: false, new_callers: [], gone_callers: ["moderator"] })
})

test("the check as JSON has the lines that changed; bad samples come with their place", async () => {
  const cwd = await project()
  await writeFile(path.join(cwd, "rules.matrix.txt"), "old\n")

  const checked = await runAlyx(["rules", "matrix", "--check", "--json"], { cwd })
  await writeFile(path.join(cwd, "rules.samples.yaml"), "documents:\n  pots: {}\n")
  const bad = await runAlyx(["rules", "matrix"], { cwd })

  const { same, changes } = JSON.parse(checked.stdout) as { same: boolean; changes: { kind: string; text: string }[] }
  expect([checked.exitCode, same, changes[0]]).toEqual([1, false, { kind: "removed", text: "old" }])
  expect(bad.exitCode).toBe(1)
  expect(bad.stderr).toMatch(/rules\.samples\.yaml:2:3[^]*Did you mean posts\?/)
})

test("a create is explained without a server, and ends with 0 although it is refused", async () => {
  const cwd = await project()
  const id = "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d"
  await writeFile(path.join(cwd, "post.json"), JSON.stringify({ title: "Hello", author_id: id }))
  const words = ["rules", "explain", "create", "posts", "--as", "anonymous", "--data", "@post.json"]

  const shown = await runAlyx(words, { cwd })
  const json = await runAlyx([...words, "--json"], { cwd })

  expect([shown.exitCode, json.exitCode]).toEqual([0, 0])
  expect(shown.stdout).toMatch(/✗ refused: anonymous may not create posts\n {2}answer 401 UNAUTHENTICATED/)
  expect(shown.stdout).toContain("    ├─ auth.id != null = false\n    │  └─ auth.id = null\n")
  expect(shown.stdout).toContain("(not reached)")
  expect(JSON.parse(json.stdout)).toMatchObject({ allowed: false, answer: { status: 401 } })
})

test.each([
  [["explain", "raed", "posts", "--as", "anonymous"], "Did you mean read?"],
  [["explain", "list", "posts", "--as", "anonymous"], "alyx rules explain read <collection> --as"],
  [["explain", "update", "posts", "--as", "anonymous"], "alyx rules explain update posts/<id>"],
  [["explain", "create", "posts/1", "--as", "anonymous"], "A create has no document yet"],
  [["explain", "read", "posts/1", "--as", "anonymous", "--data", "{}"], "--data belongs to create and update"],
  [["explain", "create", "posts", "--as", "anonymous", "--data", "{"], "--data is no JSON"],
  [["explain", "create", "posts"], "alyx rules explain needs --as."],
  [["matrix", "--check", "--write"], "--check"],
])("alyx rules %j is refused before anything is started", async (words, says) => {
  const { exitCode, stderr } = await runAlyx(["rules", ...words], { cwd: await project() })

  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(says)])
})
