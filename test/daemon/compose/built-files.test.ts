import { readdir, rm, utimes, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { functionProject } from "../../helpers/function-project.ts"
import { openLoading } from "./loading-fixture.ts"

const source = `export default (req, res) => res.json(1)\n`

test("what was built of a function goes with it, and comes back with it", async () => {
  const project = await functionProject({ "functions/a.ts": source, "functions/b.ts": source })
  const { loading } = openLoading(project.root)
  await loading.reload()
  expect(await builtIn(project.root)).toEqual(["a.json", "a.wasm", "b.json", "b.wasm"])

  await rm(path.join(project.root, "functions/b.ts"))
  await loading.reload([])
  await expect.poll(() => builtIn(project.root)).toEqual(["a.json", "a.wasm"])

  await project.write({ "functions/b.ts": source })
  await loading.reload([])
  expect(await builtIn(project.root)).toEqual(["a.json", "a.wasm", "b.json", "b.wasm"])
})

test("what functions left that went unseen, and builds that were killed, is removed once, and nothing else", async () => {
  const project = await functionProject({
    "functions/a.ts": source,
    "functions/broken.yaml": "tiemout: 1s\n",
  })
  const built = (name: string): string => path.join(project.root, ".alyx/functions", name)
  const old = [".a.wasm.0123456789ab.tmp", ".b.json.ba9876543210.tmp"]
  const young = ".a.wasm.aaaaaaaaaaaa.tmp"
  const others = ["b.wasm", "b.json", "broken.wasm", "notes.txt", young]
  await project.write(Object.fromEntries([...old, ...others].map((name) => [`.alyx/functions/${name}`, "x"])))
  const yesterday = new Date(Date.now() - 86_400_000)
  for (const name of old) await utimes(built(name), yesterday, yesterday)
  const { loading } = openLoading(project.root)

  await loading.loaded()
  expect(await builtIn(project.root)).toEqual([young, "a.json", "a.wasm", "broken.wasm", "notes.txt"])

  await writeFile(built("c.wasm"), "of a function that another process builds")
  await loading.reload([])
  expect(await builtIn(project.root)).toContain("c.wasm")
})

async function builtIn(root: string): Promise<readonly string[]> {
  return (await readdir(path.join(root, ".alyx/functions"))).toSorted()
}
