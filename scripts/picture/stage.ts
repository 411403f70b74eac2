import { spawn } from "@lydell/node-pty"
import xterm from "@xterm/headless"

import { screenToSvg } from "./screen-to-svg.ts"

/** A program in a real terminal, whose screen can be drawn. */
export interface Stage {
  readonly text: () => string
  readonly type: (keys: string) => void
  /** Resolves when the screen shows this; throws with the screen when it takes too long. */
  readonly shows: (expected: string | RegExp) => Promise<void>
  /** The screen as an SVG. */
  readonly draw: (title: string) => string
  readonly ended: Promise<void>
}

const shownWithinMs = 20_000

/** Runs a Node program in a terminal with all its colours. */
export function openStage(program: {
  readonly args: readonly string[]
  readonly cwd: string
  readonly columns: number
  readonly rows: number
}): Stage {
  const size = { cols: program.columns, rows: program.rows }
  const { CI: _ci, NO_COLOR: _noColor, ...outer } = process.env
  const env = { ...outer, TERM: "xterm-256color", COLORTERM: "truecolor", FORCE_COLOR: "3" }
  const terminal = new xterm.Terminal({ ...size, allowProposedApi: true })
  const child = spawn(process.execPath, [...program.args], { ...size, name: "xterm-256color", cwd: program.cwd, env })
  child.onData((data) => terminal.write(data))
  const ended = new Promise<void>((resolve) => child.onExit(() => resolve()))
  const text = (): string => {
    const buffer = terminal.buffer.active
    const lineOf = (row: number): string => buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? ""
    return Array.from({ length: terminal.rows }, (_, row) => lineOf(row)).join("\n")
  }
  const shows = async (expected: string | RegExp): Promise<void> => {
    const deadline = Date.now() + shownWithinMs
    while (!(typeof expected === "string" ? text().includes(expected) : expected.test(text()))) {
      if (Date.now() > deadline) throw new Error(`The screen never showed ${String(expected)}:\n${text()}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return { text, type: (keys) => child.write(keys), shows, draw: (title) => screenToSvg(terminal, title), ended }
}
