import { mkdir, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"

import { expect, test } from "vitest"

import { packageRoot } from "../../src/lib/package-root.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

test("the package is found from its own sources", () => {
  expect(packageRoot()).toBe(resolve(import.meta.dirname, "../.."))
})

test("the package is found from any depth, past other packages and broken ones", async () => {
  const root = await tempFolder()
  const deep = join(root, "dist", "daemon", "chunks")
  await mkdir(deep, { recursive: true })
  await writeFile(join(root, "package.json"), JSON.stringify({ name: "alyx" }))
  await writeFile(join(root, "dist", "package.json"), JSON.stringify({ type: "module" }))
  await writeFile(join(root, "dist", "daemon", "package.json"), "{ broken")

  expect(packageRoot(deep)).toBe(root)
})
