import { mkdir, rename, rm, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { BuildTurns } from "../../../src/daemon/compose/build-turns.ts"
import type { FunctionsReloadResponse, FunctionsResponse } from "../../../src/protocol/functions-api.ts"
import { startAccountsDaemon } from "../auth/accounts-daemon.ts"

const says = (word: string): string => `export default (req, res) => res.text("${word}")\n`

test("a folder is read anew: what is new is built, what is gone is 404, what is broken goes on as it was", async () => {
  const { send, client, folder, log } = await startAccountsDaemon({ files: { "functions/a.ts": says("one") } })
  const file = (name: string): string => path.join(folder, "functions", name)
  const reload = async (names?: readonly string[]) => {
    const { results } = await client.post<FunctionsReloadResponse>(
      "/api/admin/functions/reload",
      names ? { names } : {},
    )
    return results.map(({ name, outcome }) => `${name} ${outcome}`)
  }
  const said = async (name: string) => {
    const { status, body } = await send("GET", `/api/functions/${name}`)
    return status === 200 ? body : status
  }

  expect(await said("a")).toBe("one")
  expect(await reload()).toEqual(["a unchanged"])
  await writeFile(file("b.ts"), says("two"))
  expect(await reload(["a"])).toEqual(["a unchanged", "b built"])
  await writeFile(file("a.yaml"), "tiemout: 3s\n")
  await writeFile(file("c.yaml"), "timeout: 3s\n")
  expect((await reload()).toSorted()).toEqual(["a failed", "b unchanged", "c failed"])
  expect([await said("a"), await said("b"), await said("c")]).toEqual(["one", "two", 503])
  const { functions } = await client.get<FunctionsResponse>("/api/admin/functions")
  expect(functions.map(({ name, state, lastBuild }) => [name, state, lastBuild?.error?.code ?? null])).toEqual([
    ["a", "stale", "MANIFEST_INVALID"],
    ["b", "serving", null],
    ["c", "failed", "MANIFEST_INVALID"],
  ])
  expect(functions[0]!.lastBuild!.error!.problems![0]).toMatchObject({
    at: { file: "functions/a.yaml", line: 1, column: 1 },
  })
  expect(log()).toContain("functions/a.yaml:1:1")

  await writeFile(file("a.yaml"), "timeout: 3s\n")
  await rm(file("c.yaml"))
  await rename(file("b.ts"), file("renamed.ts"))
  expect((await reload([])).toSorted()).toEqual(["b removed", "c removed", "renamed built"])
  expect(await reload(["a"])).toEqual(["a built"])
  const after = await client.get<FunctionsResponse>("/api/admin/functions")
  expect(after.functions.map(({ name, state, limits }) => [name, state, limits.timeoutMs])).toEqual([
    ["a", "serving", 3_000],
    ["renamed", "serving", 30_000],
  ])
  expect([await said("b"), await said("renamed")]).toEqual([404, "two"])
  await rm(path.join(folder, "functions"), { recursive: true })
  expect((await reload()).toSorted()).toEqual(["a removed", "renamed removed"])
  await mkdir(path.join(folder, "functions"))
  expect(await reload()).toEqual([])
})

test("a manifest that is put right again is served again, also when nothing else has changed", async () => {
  const { client, folder, log } = await startAccountsDaemon({
    files: { "functions/a.ts": says("one"), "functions/a.yaml": "timeout: 3s\n" },
  })
  const save = async (text: string) => {
    await writeFile(path.join(folder, "functions/a.yaml"), text)
    const { results } = await client.post<FunctionsReloadResponse>("/api/admin/functions/reload", { names: ["a"] })
    const { functions } = await client.get<FunctionsResponse>("/api/admin/functions")
    return [results.map(({ outcome }) => outcome), functions[0]!.state, functions[0]!.lastBuild?.error ?? null]
  }

  await client.get<FunctionsResponse>("/api/admin/functions")
  expect(await save("timeot: 3s\n")).toMatchObject([["failed"], "stale", { code: "MANIFEST_INVALID" }])
  expect(log().match(/functions\/a\.yaml:1:1 There is no key/g)).toHaveLength(1)
  expect(log().match(/There is no key/g)).toHaveLength(1)
  expect(await save("timeout: 3s\n")).toEqual([["built"], "serving", null])
  expect(await save("timeout: 3s\n")).toEqual([["unchanged"], "serving", null])

  // What is still being built when the manifest breaks does not hide that it is broken.
  await writeFile(path.join(folder, "functions/a.ts"), says("two"))
  const building = client.post<FunctionsReloadResponse>("/api/admin/functions/reload", { names: ["a"] })
  const broken = await save("timeot: 4s\n")
  await building
  const { functions } = await client.get<FunctionsResponse>("/api/admin/functions")
  expect([broken, functions[0]!.state]).toMatchObject([[["failed"], "stale", { code: "MANIFEST_INVALID" }], "stale"])
})

test("two builds run at a time, and of one function only the newest that waits", async () => {
  const turns = new BuildTurns()
  const order: string[] = []
  let running = 0
  let most = 0
  const work = (word: string) => async (signal: AbortSignal) => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setImmediate(resolve))
    order.push(signal.aborted ? `${word} overtaken` : word)
    running -= 1
    return word
  }

  const all = [
    turns.run("a", work("a1")),
    turns.run("b", work("b1")),
    turns.run("c", work("c1")),
    turns.run("a", work("a2")),
    turns.run("a", work("a3")),
  ]

  expect(await Promise.all(all)).toEqual([undefined, "b1", "c1", undefined, "a3"])
  expect(order).toEqual(["b1", "c1", "a3"])
  expect(most).toBe(2)
  await turns.idle()
})

test("a build that runs is told when its function is asked for again, which waits for its end", async () => {
  const turns = new BuildTurns()
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
  const order: string[] = []

  const older = turns.run("a", async (signal) => {
    signal.addEventListener("abort", () => {
      order.push("older is told")
      end()
    })
    await mayEnd
    await new Promise((resolve) => setImmediate(resolve))
    order.push("older ends")
  })
  await new Promise((resolve) => setImmediate(resolve))
  const newer = turns.run("a", () => Promise.resolve(order.push("newer")))
  await Promise.all([older, newer, turns.settled("a")])

  expect(order).toEqual(["older is told", "older ends", "newer"])
})

const fails = (): Promise<never> => Promise.reject(new Error("no"))

test("a build that fails leaves its turn to the next", async () => {
  const turns = new BuildTurns()
  const failed = Promise.allSettled(["a", "b", "c"].map((name) => turns.run(name, fails)))

  expect((await failed).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"])
  expect(await turns.run("a", () => Promise.resolve("done"))).toBe("done")
})
