import { fileURLToPath } from "node:url"
import { copyFile, mkdir, readFile, rename, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, onTestFinished, test } from "vitest"

import { FunctionLoop } from "../../../src/daemon/dev/function-loop.ts"
import { isWholeModule } from "../../../src/daemon/dev/whole-plugin.ts"
import type { FunctionLoader, LoadedSource } from "../../../src/daemon/functions/function-loader.ts"
import type { BuildOutcome } from "../../../src/protocol/functions-api.ts"
import { createLogger } from "../../../src/lib/logger.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { manifestOf } from "./plain-manifest.ts"

test("a changed plug-in is read, without a build", async () => {
  const { loop, calls, file } = await following()

  loop.handle(new Set([file]))
  await loop.idle()

  expect(calls).toEqual(["read given"])
})

test("a half-written plug-in waits for its second half, and is read once", async () => {
  const { loop, calls, file } = await following()
  const whole = await readFile(file)

  await writeFile(file, whole.subarray(0, Math.floor(whole.length / 2)))
  loop.handle(new Set([file]))
  await loop.idle()
  expect(calls).toEqual([])

  await writeFile(file, whole)
  loop.handle(new Set([file]))
  await loop.idle()
  expect(calls).toEqual(["read given"])
})

test("a plug-in that stays half is read after a second of quiet, so that its damage is shown", async () => {
  const { loop, calls, file, called } = await following()
  const whole = await readFile(file)

  await writeFile(file, whole.subarray(0, 100))
  loop.handle(new Set([file]))

  expect(await called("read given")).toEqual(["read given"])
  expect(calls).toHaveLength(1)
})

test("what a build writes is read when the build has ended, once, however often it was written", async () => {
  const { loop, calls, folder, file, holdNext } = await following()
  const source = path.join(folder, "given.ts")

  const release = holdNext()
  loop.handle(new Set([source, path.join(folder, "given.yaml")]))
  loop.handle(new Set([file]))
  await Promise.resolve()
  loop.handle(new Set([file]))
  expect(calls).toEqual(["reload given"])
  release()
  await loop.idle()

  expect(calls).toEqual(["reload given", "read given"])
})

test("a plug-in that was deleted is looked for in the folder, and one that comes by rename is read", async () => {
  const { loop, calls, file } = await following()

  await rename(file, `${file}.old`)
  loop.handle(new Set([file]))
  await loop.idle()
  await rename(`${file}.old`, file)
  loop.handle(new Set([file]))
  await loop.idle()

  expect(calls).toEqual(["reload ", "read given"])
})

test("a loader that fails does not end the loop", async () => {
  const { loop, calls, folder, failNext } = await following()

  failNext()
  loop.handle(new Set([path.join(folder, "hello.ts")]))
  await loop.idle()
  loop.handle(new Set([path.join(folder, "hello.ts")]))
  await loop.idle()

  expect(calls).toEqual(["reload hello", "reload hello"])
})

test("after it was stopped nothing is asked for any more", async () => {
  const { loop, calls, file } = await following()

  loop.stop()
  loop.handle(new Set([file]))
  loop.reloadAll()
  await loop.idle()

  expect(calls).toEqual([])
})

test("a module is whole only when all of it is there, wherever it was cut", async () => {
  const whole = await readFile(engineFile)

  const cuts = Array.from({ length: 200 }, (_, index) => Math.floor((whole.length * index) / 200))
  const seemWhole = [...cuts, ...sectionStarts(whole)].filter((length) => isWholeModule(whole.subarray(0, length)))

  expect(isWholeModule(whole)).toBe(true)
  // Without names, which come last, it is a module as well.
  expect(seemWhole.filter((length) => !wasm.validate(whole.subarray(0, length)))).toEqual([])
})

/** TypeScript's Node types know it as a name of types only. */
const wasm = (globalThis as unknown as { WebAssembly: { validate(bytes: Uint8Array): boolean } }).WebAssembly

/** A module as a compiler writes it. */
const engineFile = fileURLToPath(import.meta.resolve("quickjs-wasi/quickjs.wasm"))

/** Where a cut is hardest to see. */
function sectionStarts(bytes: Uint8Array): readonly number[] {
  const starts: number[] = []
  for (let offset = 8; offset < bytes.length;) {
    starts.push(offset)
    let [size, next, shift] = [0, offset + 1, 0]
    for (let byte = 0x80; byte >= 0x80; shift += 7) {
      byte = bytes[next++]!
      size += (byte & 0x7f) * 2 ** shift
    }
    offset = next + size
  }
  return starts
}

/** A loop over a folder with a plug-in of another tool and a function of ours; what it asks of the loader is noted. */
async function following(): Promise<{
  loop: FunctionLoop
  calls: string[]
  folder: string
  file: string
  failNext: () => void
  /** The next thing that is asked for ends when the returned function is called. */
  holdNext: () => () => void
  called: (call: string) => Promise<readonly string[]>
}> {
  const root = await tempFolder()
  const folder = path.join(root, "functions")
  await mkdir(folder)
  const file = path.join(folder, "given.wasm")
  await copyFile(engineFile, file)
  const calls: string[] = []
  let fails = false
  let wake: (() => void) | undefined
  let held: Promise<void> | undefined
  const note = async (call: string): Promise<readonly BuildOutcome[]> => {
    calls.push(call)
    wake?.()
    await held
    if (!fails) return []
    fails = false
    throw new Error("the disk is gone")
  }
  const loader: FunctionLoader = {
    functionsDir: folder,
    sources: [sourceOf("given", { folder, wasmFile: file }), sourceOf("hello", { folder, wasmFile: null })],
    reload: (names) => note(`reload ${names?.join(",") ?? "all"}`),
    readPlugins: (names) => note(`read ${names.join(",")}`),
    onInputs: () => () => undefined,
  }
  const loop = new FunctionLoop({
    loader,
    places: { root, folder },
    logger: createLogger({ level: "silent", format: "json", destination: { write: () => undefined } }),
    onTurn: () => undefined,
  })
  onTestFinished(() => loop.stop())
  return {
    loop,
    calls,
    folder,
    file,
    failNext: () => (fails = true),
    holdNext() {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return () => {
        held = undefined
        resolve()
      }
    },
    async called(call) {
      while (!calls.includes(call)) await new Promise<void>((resolve) => (wake = resolve))
      return calls
    },
  }
}

/** A source of ours, or with a plug-in that lies in the source's place. */
function sourceOf(
  name: string,
  { folder, wasmFile }: { readonly folder: string; readonly wasmFile: string | null },
): LoadedSource {
  const entryFile = wasmFile === null ? path.join(folder, `${name}.ts`) : null
  const source = { name, folder, entryFile, manifest: manifestOf(name, null, null) }
  return {
    source: { ...source, wasmFile: wasmFile ?? path.join(folder, `../.alyx/functions/${name}.wasm`) },
    inputs: entryFile === null ? [] : [entryFile],
    readAtMs: 0,
    mayLackFile: false,
  }
}
