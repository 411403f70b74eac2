import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { mkdir, writeFile } from "node:fs/promises"
import path from "node:path"
import { createInterface } from "node:readline"

import { onTestFinished } from "vitest"

import { builtCli } from "./built-cli.ts"

/** A real `alyx start` in a folder of its own, answering on a free port. */
export interface RunningDaemon {
  readonly folder: string
  readonly url: string
  readonly child: ChildProcess
  /** Resolves with the exit code, or the signal's name, when the process has ended. */
  readonly ended: Promise<number | string>
  /** Sends a request; a body is sent as JSON. */
  readonly send: (method: string, target: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
  /** Ends the process with SIGTERM and waits for it. */
  readonly stop: () => Promise<number | string>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: any // eslint-disable-line typescript/no-explicit-any -- a test looks into whatever was answered
}

export interface DaemonOptions {
  readonly folder: string
  readonly command?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Writes a project's files; the keys are paths in the folder. */
export async function writeProject(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), text)
  }
}

/** Starts `alyx start --port 0` (or another command) and resolves when it says where it answers. */
export async function startDaemon(options: DaemonOptions): Promise<RunningDaemon> {
  const launcher = await builtCli()
  const args = options.command ?? ["start", "--port", "0"]
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd: options.folder,
    env: { ...process.env, CI: "true", NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const ended = new Promise<number | string>((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? signal ?? "unknown"))
  })
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
    await ended
  }
  onTestFinished(kill)
  const url = await firstUrl(child, ended)
  return {
    folder: options.folder,
    url,
    child,
    ended,
    send: (method, target, body, headers) => sendTo(url, method, target, body, headers),
    stop: () => {
      child.kill("SIGTERM")
      return ended
    },
  }
}

/** Sends one request and reads the whole answer. */
export async function sendTo(
  url: string,
  method: string,
  target: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url + target, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = (response.headers.get("content-type") ?? "").includes("json")
  return { status: response.status, headers: response.headers, body: isJson && text !== "" ? JSON.parse(text) : text }
}

/** The first loopback address that the process prints, on either stream. */
function firstUrl(child: ChildProcess, ended: Promise<number | string>): Promise<string> {
  const said: string[] = []
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line)
        const found = /http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+/.exec(line)
        if (found) resolve(found[0])
      })
    }
    void ended.then((code) => reject(new Error(`ended with ${code} before it answered:\n${said.join("\n")}`)))
  })
}
