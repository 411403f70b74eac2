import { PassThrough } from "node:stream"

import { createElement } from "react"
import { describe, expect, test } from "vitest"

import { openScreen } from "../../../src/ui/dashboard/open-screen.ts"

/** A terminal as a program sees it: streams, and what was written. */
function fakeTerminal(): { streams: Parameters<typeof openScreen>[1]; written: () => string } {
  let written = ""
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 })
  stdout.on("data", (chunk: Buffer) => (written += chunk.toString()))
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  })
  return { streams: { stdin, stdout }, written: () => written }
}

function Broken(): never {
  throw new Error("cannot be drawn")
}

const enters = "\u001B[?1049h"
const leaves = "\u001B[?1049l"

describe("the screen of the dashboard", () => {
  test("what is thrown while drawing ends it, and the terminal is given back first", async () => {
    const { streams, written } = fakeTerminal()
    const screen = openScreen(createElement(Broken), streams)

    await expect(screen.ended).rejects.toThrow("cannot be drawn")
    expect(written()).toContain(enters)
    expect(written().lastIndexOf(leaves)).toBeGreaterThan(written().lastIndexOf(enters))
  })

  test("closing it twice gives the terminal back once", async () => {
    const { streams, written } = fakeTerminal()
    const screen = openScreen(createElement("ink-text", {}, "hello"), streams)

    screen.close()
    screen.close()
    await screen.ended

    expect(written().split(leaves)).toHaveLength(2)
  })
})
