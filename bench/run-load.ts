import { spawn } from "node:child_process"
import path from "node:path"
import { json } from "node:stream/consumers"

import type { LoadPlan, LoadResult } from "./load.ts"
import type { BenchServer } from "./servers/server.ts"

const loadFile = path.join(import.meta.dirname, "load.ts")

/** Runs load in a process of its own, where `pin` says. */
export async function runLoad(plan: LoadPlan, pin: readonly string[]): Promise<LoadResult> {
  const [command, ...args] = [...pin, process.execPath, loadFile]
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] })
  child.stdin.end(JSON.stringify(plan))
  return (await json(child.stdout)) as LoadResult
}

/** A complete HTTP/1.1 request as text, of the person that the server knows. */
export function httpRequest(
  { port, authorization }: Pick<BenchServer, "port" | "authorization">,
  method: string,
  target: string,
  body?: string,
): string {
  const head = `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${authorization}\r\n`
  if (body === undefined) return `${head}\r\n`
  return `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
