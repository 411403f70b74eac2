import { createPlugin } from "@extism/extism"
import type { CallContext, Plugin } from "@extism/extism"
import { describe, expect, onTestFinished, test } from "vitest"

import { openFunctions } from "../daemon/functions/functions-fixture.ts"
import { functionProject } from "../helpers/function-project.ts"

const declares = (main: string, user = ""): string => `
// What the plug-in exports, and what it wants of its host.
declare module "main" {
  ${main}
}
${user === "" ? "" : `declare module 'extism:host' {\n  interface user {\n    ${user}\n  }\n}`}
`

/** A project whose one function has an interface file of Extism's kit, for any Extism host. */
async function kitProject(source: string, declarations: string, manifest = "abi: extism\n") {
  const files = { "functions/kit.js": source, "functions/kit.d.ts": declarations, "functions/kit.yaml": manifest }
  return functionProject(files)
}

// eslint-disable-next-line typescript/no-explicit-any -- as Extism declares them
type HostFunctions = Record<string, (call: CallContext, ...values: any[]) => any>

/** The plug-in in Extism's own host, with these functions of the host. */
async function startInExtism(wasm: Uint8Array<ArrayBuffer>, functions: HostFunctions = {}): Promise<Plugin> {
  const plugin = await createPlugin(
    { wasm: [{ data: wasm }] },
    { useWasi: true, functions: { "extism:host/user": functions } },
  )
  onTestFinished(() => plugin.close())
  return plugin
}

/** What the plug-in exports, for calls with arguments: those that modules linked to it make. */
async function callsOf(plugin: Plugin): Promise<Record<string, (...values: unknown[]) => unknown>> {
  const { exports } = await plugin.getInstance()
  return exports as Record<string, (...values: unknown[]) => unknown>
}

describe("an interface file of Extism's kit", () => {
  test("links functions of the host, with values of every type", async () => {
    const project = await kitProject(
      `const { upper, sum, halve, tell } = Host.getFunctions()
       function greet() {
         const text = Memory.find(upper(Memory.fromString(Host.inputString()).offset)).readString()
         tell(-1, 2n ** 62n, 0.5, 1 / 3, 7)
         Host.outputString(JSON.stringify([text, String(sum(40, 2)), halve(3), tell(0, 1e30, 0, 0, 0) === undefined]))
       }
       module.exports = { greet }`,
      declares(
        "export function greet(): I32;",
        "upper(ptr: PTR): PTR; sum(a: I32, b: I64): I64\n halve(a: F32): F64; tell(a: I32, b: I64, c: F32, d: F64, e: I32): void;",
      ),
    )
    const told: unknown[] = []
    const plugin = await startInExtism((await project.build("kit")).wasm, {
      upper: (call: CallContext, text: bigint) => call.store(call.read(text)!.text().toUpperCase()),
      sum: (_call, a: number, b: bigint) => BigInt(a) + b,
      halve: (_call, a: number) => a / 2,
      tell: (_call, ...values: unknown[]) => void told.push(values),
    })

    expect((await plugin.call("greet", "grüße"))!.json()).toEqual(["GRÜSSE", "42", 1.5, true])
    expect(told).toEqual([
      [-1, 2n ** 62n, 0.5, 1 / 3, 7],
      [0, 2n ** 63n - 1n, 0, 0, 0],
    ])
  })

  test("gives exports their parameters and results, as another module calls them", async () => {
    const project = await kitProject(
      `export function add3(a, b, c) { return a + b + c }
       export async function scale(a, b) { await null; return a * b }
       export function wide(a) { return a + 1n }
       export function nothing() { Var.set("called", "yes") }
       export function wrong() { throw new Error("on purpose") }
       export function hidden() {}`,
      declares(
        `export function add3(a: I32, b: I32, c: I32): I32; export function scale(a: F32, b: F64): F64
         export function wide(a): I64; export function nothing(): void; export function wrong(a: I32): F64;`,
      ),
    )
    const { wasm, description } = await project.build("kit")
    const plugin = await startInExtism(wasm)
    const calls = await callsOf(plugin)

    expect(description).toMatchObject({ style: "plugin", exports: ["add3", "scale", "wide", "nothing", "wrong"] })
    expect(calls["add3"]!(1, -2, 30)).toBe(29)
    expect(calls["scale"]!(1.5, 3)).toBe(4.5)
    expect(calls["wide"]!(2n ** 53n)).toBe(2n ** 53n + 1n)
    expect(calls["nothing"]!()).toBeUndefined()
    await expect(plugin.call("wrong")).rejects.toThrow("on purpose")
    expect(calls["add3"]!(2 ** 31 - 1, 1, 0)).toBe(-(2 ** 31))
  })

  test("is kept to where the source is evaluated at its first call", async () => {
    const project = await kitProject(
      `const { twice } = Host.getFunctions()
       export async function double(a) { await null; return twice(a) }
       export async function greet() { Host.outputString(String(twice(21))) }`,
      declares("export function double(a: F64): F64; export function greet(): I32", "twice(a: F64): F64"),
      "snapshot: false\nabi: extism\n",
    )
    const plugin = await startInExtism((await project.build("kit")).wasm, {
      twice: (_call, a: number) => a * 2,
    })

    expect((await plugin.call("greet"))!.text()).toBe("42")
    expect((await callsOf(plugin))["double"]!(1.25)).toBe(2.5)
  })

  test("that wants functions of the host is refused by Alyx, which names them; so is an entry with parameters", async () => {
    const functions = openFunctions()
    const user = await kitProject(
      "const { twice } = Host.getFunctions(); export function greet() { twice(1) }",
      declares("export function greet(): I32", "twice(a: F64): F64"),
    )
    const typed = await kitProject(
      "export function add(a, b) { return a + b }",
      declares("export function add(a: I32, b: F64): F64"),
    )

    await expect(functions.serve("user", await user.build("kit"))).rejects.toMatchObject({
      code: "UNKNOWN_IMPORT",
      message: expect.stringContaining("extism:host/user.twice"),
      next: expect.stringContaining("runs in the host that provides them"),
    })
    await expect(functions.serve("typed", await typed.build("kit"))).rejects.toMatchObject({
      code: "ENTRY_NOT_FOUND",
      message: expect.stringContaining("has parameters (i32 f64)"),
    })
  })

  test("leaves nothing in the plug-in when it declares nothing unusual", async () => {
    const source = "export function greet() { Host.outputString('hello') }"
    const project = await kitProject(source, declares("export function greet(): I32"))
    const names = WebAssembly.Module.imports(new WebAssembly.Module((await project.build("kit")).wasm))

    expect(names.filter(({ module }) => !["extism:host/env", "wasi_snapshot_preview1"].includes(module))).toEqual([])
    expect(names.filter(({ name }) => name.startsWith("alyx"))).toEqual([])
  })

  test.each([
    ["export function greet(): string", "string is no type of WebAssembly", { line: 4, column: 28 }],
    ["export const greet = 1", "Here stands const, and function is expected", { line: 4, column: 10 }],
    ["export function greet(", "The interface file ends too early", { line: 5, column: 1 }],
  ])("is refused with its place: %s", async (main, message, at) => {
    const project = await kitProject("export function greet() {}", declares(main))

    const failing = project.build("kit")

    await expect(failing).rejects.toMatchObject({
      code: "BUILD_FAILED",
      problems: [{ message: expect.stringContaining(message), at: { file: "functions/kit.d.ts", ...at } }],
    })
  })

  test("that declares what the source does not export is refused", async () => {
    const project = await kitProject("export function hello() {}", declares("export function greet(): I32"))

    await expect(project.build("kit")).rejects.toMatchObject({
      code: "BUILD_FAILED",
      problems: [
        { message: expect.stringContaining("declares greet, and the source does not export such a function") },
      ],
    })
  })

  test("is one of the files that a build depends on, also when it comes later", async () => {
    const source = "export function greet() {}; export function other() {}"
    const project = await functionProject({ "functions/kit.js": source })
    const exported = async (): Promise<readonly string[]> => (await project.build("kit")).description!.exports

    expect(await exported()).toEqual(["greet", "other"])
    await project.write({ "functions/kit.d.ts": declares("export function other(): I32") })
    expect(await exported()).toEqual(["other"])
    await project.write({ "functions/kit.d.ts": "export declare const something: number\n" })
    expect(await exported()).toEqual(["greet", "other"])
    await project.write({ "functions/kit.d.ts": declares("export function greet(): I32") })
    expect(await exported()).toEqual(["greet"])
  })
})
