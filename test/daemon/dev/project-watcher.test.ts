import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, onTestFinished, test } from "vitest"

import type { DevEvent } from "../../../src/daemon/dev/dev-loop.ts"
import { hashFiles } from "../../../src/daemon/dev/file-hashes.ts"
import { ProjectWatcher } from "../../../src/daemon/dev/project-watcher.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

test("a save in place, by rename and with vim's backup are one event each", async () => {
  const { file, next, watched } = await watching()

  await writeFile(file, "one")
  expect(await next()).toBe("schema-changed")

  await writeFile(`${file}.tmp`, "two")
  await rename(`${file}.tmp`, file)
  expect(await next()).toBe("schema-changed")

  await rename(file, `${file}~`)
  await writeFile(file, "three")
  await rm(`${file}~`)
  expect(await next()).toBe("schema-changed")

  expect(watched.seen).toEqual(["schema-changed", "schema-changed", "schema-changed"])
})

test("saving the same content again is no event, and other files are not watched", async () => {
  const { folder, file, config, next, watched } = await watching()
  await writeFile(file, "one")
  await next()

  await writeFile(file, "one")
  await writeFile(path.join(folder, "notes.txt"), "not ours")
  await writeFile(config, "server: {}")
  await next()

  expect(watched.seen).toEqual(["schema-changed", "config-changed"])
})

test("a file that is deleted and comes back is seen both times", async () => {
  const { file, next, watched } = await watching()
  await writeFile(file, "one")
  await next()

  await rm(file)
  await next()
  await writeFile(file, "one")
  await next()

  expect(watched.seen).toEqual(["schema-changed", "schema-changed", "schema-changed"])
})

test("a save between the first reading and the beginning of the watching is an event", async () => {
  const folder = await tempFolder()
  const file = path.join(folder, "schema.yaml")
  await writeFile(file, "read at the start")
  const seen = await hashFiles([file])
  await writeFile(file, "saved while the daemon started")

  const { promise, resolve } = Promise.withResolvers<DevEvent>()
  const files = new Map([[file, "schema-changed" as const]])
  const watcher = new ProjectWatcher({
    root: folder,
    files,
    folder: null,
    seen,
    onEvent: resolve,
    onError: () => undefined,
  })
  await watcher.start()
  onTestFinished(() => watcher.stop())

  expect(await promise).toEqual({ type: "schema-changed" })
})

test("a file of migrations is seen when it is added, changed, renamed and removed", async () => {
  const { migrations, next, watched } = await watching()
  const file = path.join(migrations, "001_one.yaml")

  await mkdir(migrations)
  await writeFile(file, "one")
  await next()
  await writeFile(file, "two")
  await next()
  await rename(file, path.join(migrations, "002_one.yaml"))
  await next()
  await rm(path.join(migrations, "002_one.yaml"))
  await next()

  expect(watched.seen).toEqual(Array.from({ length: 4 }, () => "migrations-changed"))
})

test("the folder of migrations may go and come again, and be replaced by another", async () => {
  const { folder, migrations, next, watched } = await watching()

  for (const round of ["one", "two"]) {
    await mkdir(migrations)
    await writeFile(path.join(migrations, "001_one.yaml"), round)
    await next()
    await rm(migrations, { recursive: true })
    await next()
  }
  await mkdir(path.join(folder, "other"))
  await writeFile(path.join(folder, "other", "001_one.yaml"), "three")
  await rename(path.join(folder, "other"), migrations)
  await next()
  await writeFile(path.join(migrations, "001_one.yaml"), "four")
  await next()

  expect(watched.seen).toEqual(Array.from({ length: 6 }, () => "migrations-changed"))
})

test("the folder of migrations may become a link, even to a tree of others with devices and pipes in it", async () => {
  const { folder, migrations, next, watched } = await watching()
  const other = path.join(folder, "other")
  await mkdir(other)
  await symlink("/dev/zero", path.join(other, "001_zero.yaml"))
  execFileSync("mkfifo", [path.join(other, "002_pipe.yaml")])
  await symlink(folder, path.join(other, "003_loop.yaml"))

  await symlink(other, migrations)
  await next()
  await writeFile(path.join(other, "004_real.yaml"), "one")
  await next()
  await rm(migrations)
  await next()
  await symlink("/dev", migrations)
  await writeFile(path.join(folder, "schema.yaml"), "goes on")
  await next()

  expect(watched.seen).toEqual(["migrations-changed", "migrations-changed", "migrations-changed", "schema-changed"])
})

test("what is no migration is not seen: an empty folder, other files, folders within, editors' own files", async () => {
  const { migrations, config, next, watched } = await watching()

  await mkdir(path.join(migrations, "nested"), { recursive: true })
  await writeFile(path.join(migrations, "nested", "001_one.yaml"), "one")
  await writeFile(path.join(migrations, "README.md"), "words")
  await writeFile(path.join(migrations, ".001_one.yaml.swp"), "half")
  await writeFile(path.join(migrations, "001_one.yaml~"), "old")
  await writeFile(config, "server: {}")
  await next()

  expect(watched.seen).toEqual(["config-changed"])
})

test("a branch switch of fifty migrations and the schema is one event of each kind, told after the last file", async () => {
  const { config, file, migrations, next, watched } = await watching()
  await mkdir(migrations)

  await writeFile(file, "of the other branch")
  for (let number = 1; number <= 50; number += 1) {
    await writeFile(path.join(migrations, `${String(number).padStart(3, "0")}_step.yaml`), `step ${number}`)
    await new Promise((resolve) => setTimeout(resolve, 4))
  }
  const whole = await next()
  await next()

  expect([whole, ...watched.seen.slice(1)].toSorted()).toEqual(["migrations-changed", "schema-changed"])

  await rm(migrations, { recursive: true })
  await rm(file)
  await writeFile(file, "of this branch")
  await next()
  await next()
  // What chokidar tells late has no event of its own.
  await new Promise((resolve) => setTimeout(resolve, 300))
  await writeFile(config, "server: {}")
  await next()

  expect(watched.seen.slice(2).toSorted()).toEqual(["config-changed", "migrations-changed", "schema-changed"])
})

test("files that never rest are told of all the same", async () => {
  const { migrations, next } = await watching()
  await mkdir(migrations)
  let count = 0
  const writing = setInterval(() => {
    count += 1
    writeFileSync(path.join(migrations, `${String((count % 40) + 1).padStart(3, "0")}_step.yaml`), `${count}`)
  }, 4)
  onTestFinished(() => clearInterval(writing))

  expect(await next()).toBe("migrations-changed")
  expect(count).toBeGreaterThan(40)
})

interface Watched {
  readonly seen: DevEvent["type"][]
}

async function watching(): Promise<{
  folder: string
  file: string
  config: string
  migrations: string
  next: () => Promise<DevEvent["type"]>
  watched: Watched
}> {
  const folder = await tempFolder()
  const file = path.join(folder, "schema.yaml")
  const config = path.join(folder, "alyx.yaml")
  const migrations = path.join(folder, "migrations")
  await writeFile(file, "zero")
  const seen: DevEvent["type"][] = []
  const waiting: ((type: DevEvent["type"]) => void)[] = []
  let delivered = 0
  const watcher = new ProjectWatcher({
    root: folder,
    files: new Map([
      [file, "schema-changed"],
      [config, "config-changed"],
    ]),
    folder: { path: migrations, type: "migrations-changed" },
    seen: await hashFiles([file, config]),
    onEvent: (event) => {
      seen.push(event.type)
      waiting.shift()?.(event.type)
      delivered += 1
    },
    onError: (error) => {
      throw error
    },
  })
  await watcher.start()
  onTestFinished(() => watcher.stop())
  let taken = 0
  const next = (): Promise<DevEvent["type"]> => {
    taken += 1
    if (taken <= delivered) return Promise.resolve(seen[taken - 1]!)
    return new Promise((resolve) => waiting.push(resolve))
  }
  return { folder, file, config, migrations, next, watched: { seen } }
}
