import { spawn } from "@lydell/node-pty"
import xterm from "@xterm/headless"
import { onTestFinished } from "vitest"

/** A program in a real terminal, with what a person would see of it. */
export interface TerminalScreen {
  readonly pid: number
  /** The text on the screen now, a line each, without the blanks at their ends. */
  text(): string
  /** True while the program shows its own screen, as an editor does. */
  isAlternate(): boolean
  type(keys: string): void
  resize(columns: number, rows: number): void
  /** Sends the program a signal. */
  kill(signal: NodeJS.Signals): void
  /** Resolves when the screen shows this; fails with the screen when the program ends before, or takes too long. */
  shows(expected: string | RegExp): Promise<void>
  /** Resolves with the exit code when the program has ended and its output has been read. */
  readonly ended: Promise<number>
}

export interface TerminalProgram {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly columns?: number
  readonly rows?: number
}

/** How long a screen may take to show what is waited for. */
const shownWithinMs = 40_000

/** Runs a program in a terminal until the test ends. */
export function openTerminal(program: TerminalProgram): TerminalScreen {
  const { columns = 100, rows = 30 } = program
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true })
  const { CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...inherited } = process.env
  const child = spawn(program.command, [...program.args], {
    cols: columns,
    rows,
    cwd: program.cwd,
    name: "xterm-256color",
    env: { ...inherited, TERM: "xterm-256color", ...program.env },
  })
  const watchers = new Set<() => void>()
  let isOver = false
  child.onData((data) => terminal.write(data, () => watchers.forEach((watcher) => watcher())))
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) =>
      terminal.write("", () => {
        isOver = true
        watchers.forEach((watcher) => watcher())
        resolve(exitCode)
      }),
    )
  })
  onTestFinished(async () => {
    if (!isOver) child.kill("SIGKILL")
    await ended
  })

  const text = (): string => {
    const buffer = terminal.buffer.active
    const lines = Array.from({ length: terminal.rows }, (_, row) =>
      (buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? "").trimEnd(),
    )
    return lines.join("\n").trimEnd()
  }
  return {
    pid: child.pid,
    text,
    isAlternate: () => terminal.buffer.active.type === "alternate",
    type: (keys) => child.write(keys),
    kill: (signal) => child.kill(signal),
    resize: (newColumns, newRows) => {
      terminal.resize(newColumns, newRows)
      child.resize(newColumns, newRows)
    },
    shows: (expected) =>
      new Promise((resolve, reject) => {
        let isLate = false
        const look = (): void => {
          const found = typeof expected === "string" ? text().includes(expected) : expected.test(text())
          if (!found && !isOver && !isLate) return
          watchers.delete(look)
          clearTimeout(timer)
          if (found) return resolve()
          const what = isLate ? "took too long to show" : "ended without showing"
          reject(new Error(`The program ${what} ${String(expected)}:\n${text()}`))
        }
        const timer = setTimeout(() => {
          isLate = true
          look()
        }, shownWithinMs)
        watchers.add(look)
        look()
      }),
    ended,
  }
}
