import { rename, rm, writeFile } from "node:fs/promises"
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

interface Watched {
  readonly seen: DevEvent["type"][]
}

test("a save between the first reading and the beginning of the watching is an event", async () => {
  const folder = await tempFolder()
  const file = path.join(folder, "schema.yaml")
  await writeFile(file, "read at the start")
  const seen = await hashFiles([file])
  await writeFile(file, "saved while the daemon started")

  const { promise, resolve } = Promise.withResolvers<DevEvent>()
  const files = new Map([[file, "schema-changed" as const]])
  const watcher = new ProjectWatcher({ root: folder, files, seen, onEvent: resolve, onError: () => undefined })
  await watcher.start()
  onTestFinished(() => watcher.stop())

  expect(await promise).toEqual({ type: "schema-changed" })
})

async function watching(): Promise<{
  folder: string
  file: string
  config: string
  next: () => Promise<DevEvent["type"]>
  watched: Watched
}> {
  const folder = await tempFolder()
  const file = path.join(folder, "schema.yaml")
  const config = path.join(folder, "alyx.yaml")
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
  return { folder, file, config, next, watched: { seen } }
}
