import { mkdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, onTestFinished, test } from "vitest"

import { FunctionWatcher } from "../../../src/daemon/dev/function-watcher.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

test("a save in place, by rename and with vim's backup are told once each", async () => {
  const { folder, next, told } = await watching({ "hello.ts": "zero" })
  const file = path.join(folder, "hello.ts")

  await writeFile(file, "one")
  expect(await next()).toEqual(["hello.ts"])

  await writeFile(path.join(folder, "hello.ts.tmp.1234"), "two")
  await rename(path.join(folder, "hello.ts.tmp.1234"), file)
  expect(await next()).toEqual(["hello.ts"])

  await rename(file, `${file}~`)
  await writeFile(file, "three")
  await rm(`${file}~`)
  expect(await next()).toEqual(["hello.ts"])

  expect(told).toHaveLength(3)
})

test("the same content again, packages, hidden files and what cargo builds are not told", async () => {
  const { folder, next } = await watching({ "hello.ts": "zero", "last.ts": "zero" })
  for (const name of ["node_modules/zod", ".git", "resize/target/debug"]) {
    await mkdir(path.join(folder, name), { recursive: true })
    await writeFile(path.join(folder, name, "index.js"), "not ours")
  }

  await writeFile(path.join(folder, "hello.ts"), "zero")
  await writeFile(path.join(folder, ".hello.ts.swp"), "half")
  await writeFile(path.join(folder, "last.ts"), "one")

  expect(await next()).toEqual(["last.ts"])
})

test("the folder may appear later, with folders in it, and go again", async () => {
  const { folder, next } = await watching(null)

  await mkdir(path.join(folder, "chat/src"), { recursive: true })
  await writeFile(path.join(folder, "chat/src/index.ts"), "one")
  expect(await next()).toEqual(["chat/src/index.ts"])

  await rm(folder, { recursive: true })
  expect(await next()).toEqual(["chat/src/index.ts"])

  await mkdir(path.join(folder, "chat/src"), { recursive: true })
  await writeFile(path.join(folder, "chat/src/index.ts"), "two")
  expect(await next()).toEqual(["chat/src/index.ts"])
})

test("a function that is renamed is told by both names", async () => {
  const { folder, told, next } = await watching({ "old.ts": "one" })

  await rename(path.join(folder, "old.ts"), path.join(folder, "new.ts"))
  while (told.flat().length < 2) await next()

  expect(told.flat().toSorted()).toEqual(["new.ts", "old.ts"])
})

test("files outside the folder are followed by name, also before they exist, until they are not named any more", async () => {
  const { folder, watcher, next } = await watching({ "hello.ts": "zero" })
  const [lib, plugin] = [path.join(folder, "../lib/money.ts"), path.join(folder, "resize/target/out.wasm")]
  await watcher.follow(new Map([lib, plugin].map((file) => [file, Infinity])))

  await mkdir(path.dirname(lib))
  await writeFile(lib, "one")
  expect(await next()).toEqual(["../lib/money.ts"])

  await mkdir(path.dirname(plugin), { recursive: true })
  await writeFile(plugin, "wasm")
  expect(await next()).toEqual(["resize/target/out.wasm"])

  await watcher.follow(new Map())
  await writeFile(lib, "two")
  await writeFile(path.join(folder, "hello.ts"), "one")
  expect(await next()).toEqual(["hello.ts"])
})

test("what has changed since it was read, or is gone, is told as soon as it is followed", async () => {
  const { folder, watcher, told } = await watching({})
  const lib = (name: string): string => path.join(folder, "../lib", name)
  await mkdir(lib("."))
  for (const name of ["before.ts", "after.ts"]) await writeFile(lib(name), "one")
  const { ctimeMs } = await stat(lib("after.ts"))

  const dayMs = 86_400_000
  await watcher.follow(
    new Map([
      [lib("before.ts"), ctimeMs + dayMs],
      [lib("after.ts"), ctimeMs - dayMs],
      [lib("gone.ts"), ctimeMs],
      [lib("never-read.ts"), Infinity],
    ]),
  )

  expect(told).toEqual([["../lib/after.ts", "../lib/gone.ts"]])
})

test("a link out of the folder is not walked, and a functions folder that is a link is", async () => {
  const base = await tempFolder()
  await mkdir(path.join(base, "real"))
  await symlink("/", path.join(base, "real/everything"))
  await symlink(path.join(base, "real"), path.join(base, "functions"))
  const { next } = await watchingAt(path.join(base, "functions"))

  await writeFile(path.join(base, "real/hello.ts"), "one")

  expect(await next()).toEqual(["hello.ts"])
})

test("fifty files at once are one batch", async () => {
  const { folder, next, told } = await watching({})
  const names = Array.from({ length: 50 }, (_, index) => `file-${String(index).padStart(2, "0")}.ts`)

  await Promise.all(names.map((name) => writeFile(path.join(folder, name), name)))
  await next()

  expect(told.flat().toSorted()).toEqual(names)
  expect(told).toHaveLength(1)
})

async function watching(files: Readonly<Record<string, string>> | null): ReturnType<typeof watchingAt> {
  const folder = path.join(await tempFolder(), "functions")
  if (files !== null) await mkdir(folder)
  for (const [name, text] of Object.entries(files ?? {})) await writeFile(path.join(folder, name), text)
  return watchingAt(folder)
}

async function watchingAt(folder: string): Promise<{
  folder: string
  watcher: FunctionWatcher
  told: (readonly string[])[]
  next: () => Promise<readonly string[]>
}> {
  const told: (readonly string[])[] = []
  let wake: (() => void) | undefined
  const watcher = new FunctionWatcher({
    folder,
    onChange: (changed) => {
      told.push([...changed].map((file) => path.relative(folder, file)))
      wake?.()
    },
    onError: (error) => {
      throw error
    },
  })
  await watcher.start()
  onTestFinished(() => watcher.stop())
  let taken = 0
  return {
    folder,
    watcher,
    told,
    async next() {
      while (told.length <= taken) await new Promise<void>((resolve) => (wake = resolve))
      taken += 1
      return told[taken - 1]!
    },
  }
}
