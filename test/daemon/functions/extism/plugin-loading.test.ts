import { describe, expect, it } from "vitest"

import { asForeign } from "../../../helpers/assemblyscript-plugin.ts"
import { textModule } from "../../../helpers/text-module.ts"
import { openFunctions } from "../functions-fixture.ts"

/** A module written as text. */
const fromText = (text: string): ReturnType<typeof asForeign> => asForeign(textModule(text))

describe("a module", () => {
  it.each([
    [
      '(module (import "env" "abort" (func (param i32 i32 i32 i32))) (func (export "handle")))',
      /env\.abort/,
      /--use abort/,
    ],
    [
      '(module (import "extism:host/env" "alok" (func (param i64) (result i64))) (func (export "handle")))',
      /alok/,
      /mean alloc/,
    ],
    [
      '(module (import "extism:host/env" "alloc" (func (param i32))) (func (export "handle")))',
      /as \(i32 ->\)/,
      /There are|mean/,
    ],
    ['(module (import "my:host" "thing" (func)) (func (export "handle")))', /my:host\.thing/, /extism:host\/user/],
    [
      '(module (import "env" "table" (table 1 funcref)) (func (export "handle")))',
      /the table env\.table/,
      /Host functions/,
    ],
    [
      '(module (import "__proto__" "constructor" (func)) (func (export "handle")))',
      /__proto__\.constructor/,
      /Host functions/,
    ],
  ])("that imports what there is not is refused, with what to do: %s", async (text, message, next) => {
    const functions = openFunctions()

    await expect(functions.serve("a", fromText(text))).rejects.toMatchObject({
      code: "UNKNOWN_IMPORT",
      message: expect.stringMatching(message),
      next: expect.stringMatching(next),
    })
  })

  it.each([
    ['(module (import "env" "memory" (memory 1)) (func (export "handle")))'],
    ['(module (memory 1 2 shared) (func (export "handle")))'],
    ['(module (memory i64 1) (func (export "handle")))'],
    ['(module (memory 1) (memory 1) (func (export "handle")))'],
    ['(module (memory 4096) (func (export "handle")))'],
  ])("whose memory cannot be held to the limit is refused: %s", async (text) => {
    const functions = openFunctions()

    await expect(functions.serve("a", fromText(text))).rejects.toMatchObject({ code: "UNSUPPORTED_MODULE" })
  })

  it("that has one function has it called, and one that has several must say which", async () => {
    const functions = openFunctions()
    await functions.serve("one", fromText('(module (func (export "only")) (func (export "__internal")))'))
    expect(await functions.call("one")).toBe("")

    await expect(
      functions.serve("two", fromText('(module (func (export "a")) (func (export "b")))')),
    ).rejects.toMatchObject({ code: "ENTRY_NOT_FOUND", message: expect.stringContaining("It exports a, b.") })
  })

  it("is begun as its compiler wants it, with its memory at hand", async () => {
    const functions = openFunctions()
    const text = `(module
      (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 100) "\\08\\00\\00\\00")
      (data (i32.const 64) "\\78\\00\\00\\00\\06\\00\\00\\00")
      (data (i32.const 120) "began\\n")
      (func (export "_initialize")
        (drop (call $random (i32.const 0) (i32.const 8)))
        (drop (call $write (i32.const 1) (i32.const 64) (i32.const 1) (i32.const 32))))
      (func (export "handle") (if (i64.eqz (i64.load (i32.const 0))) (then (unreachable)))))`
    await functions.serve("a", fromText(text))

    await functions.call("a")

    expect(functions.ended[0]?.logs).toMatchObject([{ level: "info", message: "began" }])
  })

  it("finds no files, no arguments, and no environment but its own", async () => {
    const functions = openFunctions()
    // Traps where an errno is another than it has to be.
    const text = `(module
      (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func $require (param i32 i32) (if (i32.ne (local.get 0) (local.get 1)) (then (unreachable))))
      (func (export "handle")
        (call $require (i32.const 76) (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 8)))
        (call $require (i32.const 8) (call $prestat (i32.const 3) (i32.const 0)))
        (call $require (i32.const 52) (call $accept (i32.const 3) (i32.const 0) (i32.const 0)))
        (call $require (i32.const 0) (call $environ (i32.const 0) (i32.const 4)))
        (call $require (i32.const 1) (i32.load (i32.const 0)))
        (call $require (i32.const 4) (i32.load (i32.const 4)))
        (call $require (i32.const 0) (call $args (i32.const 8) (i32.const 12)))
        (call $require (i32.const 0) (i32.load (i32.const 8)))))`
    await functions.serve("a", fromText(text), { env: { A: "b" } })

    expect(await functions.call("a")).toBe("")
  })
})
