import { relative } from "node:path"

import { execa, ExecaError } from "execa"

import { alyxError } from "../errors.ts"
import type { BuildCommand } from "./function-manifest.ts"
import { buildEnvironment, installHint } from "./build-program.ts"

/** What runs, and where. */
export interface CommandRequest {
  /** Absolute. */
  readonly root: string
  readonly name: string
  /** Absolute. */
  readonly folder: string
  readonly build: BuildCommand
  readonly signal: AbortSignal
  /** Gets each line as it is written. */
  readonly onOutput?: (line: string) => void
}

/** A compiler that takes longer has hung. */
const runMsMax = 5 * 60_000

/** What a program gets between the polite signal and the other one. */
const graceMs = 2_000

/** Of a failed command the last lines are told. */
const toldLineCount = 20

const lineLengthMax = 2_000

/**
 * Runs the build command of a function, without a shell, in its folder. Rejects with BUILD_COMMAND_FAILED, or the reason of
 * the signal; the program and all that it started are gone then.
 */
export async function runBuildCommand(request: CommandRequest): Promise<void> {
  const { folder, build, signal } = request
  signal.throwIfAborted()
  const child = execa(build.command, build.args, {
    cwd: folder,
    env: buildEnvironment(process.env),
    extendEnv: false,
    preferLocal: true,
    localDir: folder,
    stdin: "ignore",
    all: true,
    buffer: false,
    reject: false,
    // A group of its own, so that what it starts ends with it.
    detached: process.platform !== "win32",
  })
  const ending = new GroupEnding(child)
  const onAbort = (): void => ending.begin()
  signal.addEventListener("abort", onAbort, { once: true })
  const late = setTimeout(onAbort, runMsMax)
  try {
    const lines = await followLines(child.iterable({ from: "all" }), request.onOutput)
    const result = await child
    signal.throwIfAborted()
    if (ending.hasBegun) throw failure(request, `took longer than ${runMsMax / 60_000} minutes`, lines)
    if (result.failed) throw commandFailure(request, result, lines)
  } finally {
    clearTimeout(late)
    signal.removeEventListener("abort", onAbort)
    ending.finish()
  }
}

/** Of a started program what is used here. */
interface StartedProgram {
  readonly pid?: number | undefined
  kill(signal: NodeJS.Signals): boolean
}

/** Ends a program and what it started: first politely. */
class GroupEnding {
  readonly #child: StartedProgram
  #late: NodeJS.Timeout | null = null
  hasBegun = false

  constructor(child: StartedProgram) {
    this.#child = child
  }

  begin(): void {
    if (this.hasBegun) return
    this.hasBegun = true
    this.#send("SIGTERM")
    this.#late = setTimeout(() => this.#send("SIGKILL"), graceMs)
  }

  /** Once the program has ended: what it left behind ends too, if it was not to go on. */
  finish(): void {
    if (this.#late !== null) clearTimeout(this.#late)
    if (this.hasBegun) this.#send("SIGKILL")
  }

  #send(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      if (process.platform === "win32") this.#child.kill(signal)
      else process.kill(-pid, signal)
    } catch {
      // It has ended by itself.
    }
  }
}

/** Passes on every line, and keeps the last ones. */
async function followLines(written: AsyncIterable<string>, tell?: (line: string) => void): Promise<readonly string[]> {
  const last: string[] = []
  try {
    for await (const whole of written) {
      const line = whole.slice(0, lineLengthMax)
      tell?.(line)
      last.push(line)
      if (last.length > toldLineCount) last.shift()
    }
  } catch {
    // How it ended is told by the result.
  }
  return last
}

interface EndedCommand {
  readonly code?: string | undefined
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly cause?: unknown
}

function commandFailure(request: CommandRequest, result: EndedCommand, lines: readonly string[]): Error {
  const { command } = request.build
  const code = result.code ?? codeOf(result.cause)
  if (code === "ENOENT") {
    const message = `${command}, the build command of ${request.name}, was not found.`
    return alyxError("BUILD_COMMAND_FAILED", { message, next: installHint(command) })
  }
  if (code === "EACCES") {
    const message = `${command}, the build command of ${request.name}, is no program that may be run.`
    return alyxError("BUILD_COMMAND_FAILED", { message, next: "Give it the right to be run: chmod +x" })
  }
  const how = result.signal === undefined ? `ended with ${result.exitCode ?? code}` : `was ended by ${result.signal}`
  return failure(request, how, lines)
}

function failure({ name, build, folder, root }: CommandRequest, how: string, lines: readonly string[]): Error {
  const words = [build.command, ...build.args].join(" ")
  const output = lines.length === 0 ? "" : `\n  ${lines.join("\n  ")}`
  return alyxError("BUILD_COMMAND_FAILED", {
    message: `The build command of ${name} ${how}: ${words}${output}`,
    next: `It runs in ${relative(root, folder) || "the project's folder"}, without a shell.`,
  })
}

function codeOf(cause: unknown): string | undefined {
  if (cause instanceof ExecaError) return cause.code
  return cause instanceof Error && "code" in cause ? String(cause.code) : undefined
}
