import { describe, expect, test } from "vitest"

import { EvaluationError } from "../../src/functions/snapshot.ts"
import type { SnapshotRequest } from "../../src/functions/snapshot.ts"
import { customSection, readExports, readImports, readSections } from "../../src/functions/wasm-sections.ts"
import { snapshotOf, startPlain, startScript } from "../helpers/script-plugin.ts"

describe("a snapshot", () => {
  test("is equal to the byte for equal sources, whatever the code looks at while it is built", async () => {
    const script = `const table = Array.from({ length: 100 }, () => Math.random());
      const made = new Date(); const map = new Map([[table, made]]); const symbol = Symbol("x");
      handler = () => [table.length, made.toISOString(), map.size, String(symbol)]`

    const [first, second] = [await snapshotOf(script), await snapshotOf(script)]

    expect(Buffer.compare(first.wasm, second.wasm)).toBe(0)
    expect((await (await startScript(first.wasm)).call()).output).toEqual([
      100,
      "2000-01-01T00:00:00.000Z",
      1,
      "Symbol(x)",
    ])
  })

  test("differs for other sources", async () => {
    const [first, second] = [await snapshotOf("handler = () => 1"), await snapshotOf("handler = () => 2")]

    expect(Buffer.compare(first.wasm, second.wasm)).not.toBe(0)
  })

  test("holds its description and its source map", async () => {
    const { wasm, description } = await snapshotOf("handler = () => 1", { sourceMap: '{"version":3}' })
    const sections = readSections(wasm)
    const text = (name: string) => new TextDecoder().decode(customSection(sections, name)!)

    expect(JSON.parse(text("alyx"))).toEqual(description)
    expect(description).toMatchObject({ abi: 1, engine: "alyx", style: "define", exports: ["handler"] })
    expect(text("alyx.map")).toBe('{"version":3}')
  })

  test("holds nothing of what was freed while it was made", async () => {
    const script = `{ const texts = Array.from({ length: 50_000 }, (_, index) => "of no use " + index); globalThis.count = texts.length }
      handler = () => globalThis.count`
    const plain = await snapshotOf("handler = () => 1")

    const { wasm } = await snapshotOf(script)

    expect((await (await startScript(wasm)).call()).output).toBe(50_000)
    expect(Buffer.from(wasm).includes("of no use 4321")).toBe(false)
    expect(wasm.length - plain.wasm.length).toBeLessThan(200_000)
  })

  test("exports its functions and what the host needs, nothing else", async () => {
    const { wasm } = await snapshotOf("handler = () => 1")

    const names = readExports(readSections(wasm)).map(({ name }) => name)

    expect(names.toSorted()).toEqual(["alyx_deadline", "alyx_resume", "alyx_set_memory_limit", "handler", "memory"])
  })

  test("of the plain engine imports nothing but Extism's and WASI's functions, and runs in the unmodified Extism host", async () => {
    const { wasm } = await snapshotOf(
      `handler = async (name) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        return "Hello " + name + ", äö€😀"
      }`,
      { engine: "extism" },
    )
    const namespaces = new Set(readImports(readSections(wasm)).map(({ module }) => module))

    const plugin = await startPlain(wasm)

    expect(namespaces).toEqual(new Set(["extism:host/env", "wasi_snapshot_preview1"]))
    expect((await plugin.call("handler", '"Ada"'))!.json()).toBe("Hello Ada, äö€😀")
  })

  test("keeps what was evaluated; a bundle without a snapshot is evaluated at the first call", async () => {
    const script = "const now = Date.now(); let calls = 0; handler = () => [now, (calls += 1)]"
    const built = await startScript((await snapshotOf(script)).wasm)
    const later = await startScript((await snapshotOf(script, { snapshot: false })).wasm)
    const before = Date.now()

    expect((await built.call()).output).toEqual([946_684_800_000, 1])
    const [now] = (await later.call()).output as number[]
    expect(now).toBeGreaterThanOrEqual(before)
    expect((await later.call()).output).toEqual([now, 2])
  })

  test("a bundle without a snapshot may ask at its top for what calls have, and gets it in calls", async () => {
    const script = `const id = crypto.randomUUID(); const { requestId } = ctx; setTimeout(() => {}, 1); handler = () => [id, requestId]`

    const instance = await startScript((await snapshotOf(script, { snapshot: false })).wasm)

    expect((await instance.call()).output).toEqual([
      expect.stringMatching(/^[0-9a-f-]*[1-9a-f]{2}[0-9a-f-]*$/),
      "request-1",
    ])
  })

  test("evaluating large input again and again leaves nothing behind in this thread", async () => {
    const script = `const text = ${JSON.stringify("x".repeat(200_000))}; handler = () => text.length`

    const built = await Promise.all(Array.from({ length: 8 }, () => snapshotOf(script)))

    expect(new Set(built.map(({ wasm }) => wasm.length)).size).toBe(1)
  })
})

describe("what a bundle throws while it is built", () => {
  const failures: { name: string; script: string; more?: Partial<SnapshotRequest>; failure: object }[] = [
    {
      name: "an error keeps its name, message and place",
      script: "\nthrow new TypeError('no such thing')",
      failure: {
        name: "TypeError",
        message: "no such thing",
        code: null,
        stack: expect.stringMatching(/script\.js:2:\d+/) as unknown,
      },
    },
    {
      name: "a loop without end is interrupted, and says in which function it is",
      script: "\n\nfunction spin() { for (;;); }\nspin()",
      more: { deadlineMs: 200 },
      failure: {
        message: expect.stringContaining("took too long") as unknown,
        stack: expect.stringMatching(/at spin \(script\.js:3:\d+\)\n.*script\.js:4:\d+/) as unknown,
      },
    },
    {
      name: "taking all memory is an error of JavaScript",
      script: "const taken = []; for (;;) taken.push(new Uint8Array(1_000_000))",
      failure: { message: "out of memory" },
    },
    {
      name: "recursion without end is an error of JavaScript",
      script: "const again = () => 1 + again(); again()",
      failure: { name: "RangeError", message: "Maximum call stack size exceeded" },
    },
    {
      name: "a rejection that nobody takes",
      script: "Promise.reject(new Error('nobody')); handler = () => 1",
      failure: { message: "nobody" },
    },
    ...[
      "setTimeout(() => {}, 1)",
      "setInterval(() => {}, 1)",
      "ctx.env",
      "crypto.getRandomValues(new Uint8Array(4))",
    ].map((script) => ({
      name: `${script} is refused`,
      script: `\n${script}`,
      failure: {
        code: "BUILD_TIME_ACCESS",
        message: expect.stringContaining("is not there while the function is built") as unknown,
        stack: expect.stringMatching(/script\.js:2:\d+/) as unknown,
      },
    })),
    { name: "a syntax that the engine does not know", script: "let x = ;", failure: { name: "SyntaxError" } },
  ]

  test.each(failures)("$name", async ({ script, more, failure }) => {
    const thrown: unknown = await snapshotOf(script, more).catch((error: unknown) => error)

    expect(thrown).toBeInstanceOf(EvaluationError)
    expect((thrown as EvaluationError).failure).toMatchObject(failure)
  })

  test("lines that it logs come with the snapshot", async () => {
    const { logLines } = await snapshotOf("console.log('one'); console.error('two'); handler = () => 1")

    expect(logLines.map(({ level, text }) => `${level} ${text}`)).toEqual(["info one", "error two"])
  })
})

describe("the top level of a bundle", () => {
  test("may await what jobs settle", async () => {
    const { wasm } = await snapshotOf("", { bundle: bundle("const value = await Promise.resolve(7)") })

    expect((await (await startScript(wasm)).call()).output).toBe(7)
  })

  test("may not await what never comes", async () => {
    const failing = snapshotOf("", { bundle: bundle("const value = await new Promise(() => {})") })

    await expect(failing).rejects.toMatchObject({ failure: { code: "BUILD_TIME_ACCESS" } })
  })

  test("fails as what it awaits fails", async () => {
    const failing = snapshotOf("", { bundle: bundle("const value = await Promise.reject(new RangeError('no'))") })

    await expect(failing).rejects.toMatchObject({ failure: { name: "RangeError", message: "no" } })
  })
})

function bundle(body: string): string {
  const module = "{ default: __alyx_sdk.defineFunction({ handler: () => value }) }"
  return `(async () => { ${body} ; globalThis.__alyx_module = ${module} })()`
}
