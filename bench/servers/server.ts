import type { ChildProcess } from "node:child_process"

/** A server of the comparison: started on loopback, filled with the posts, measured, stopped. */
export interface BenchServer {
  readonly name: string
  readonly pid: number
  readonly port: number
  /** Ids of some posts, for getting them. */
  readonly ids: readonly string[]
  readonly paths: { readonly get: (id: string) => string; readonly list: string; readonly create: string }
  readonly createdStatus: number
  /** The Authorization header of a signed-in person, whom the rules let do what is measured. */
  readonly authorization: string
  stop(): Promise<void>
}

/** Sends JSON and returns the parsed answer; throws with the body when the status is not 2xx. */
export async function sendJson(method: string, url: string, body: unknown, token?: string): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...(token ? { authorization: token } : {}) },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`)
  return text === "" ? null : JSON.parse(text)
}

/** Resolves when the url answers well, within ten seconds. */
export async function waitForAnswer(url: string): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const response = await fetch(url).catch(() => null)
    await response?.arrayBuffer()
    if (response?.ok) return
    if (Date.now() > deadline) throw new Error(`${url} did not answer within ten seconds.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Runs the first steps with a server's process; it does not outlive their failure. */
export async function withChild<T>(child: ChildProcess, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await endChild(child)
    throw error
  }
}

/** Asks a child to end and waits until it has. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once("exit", resolve))
  child.kill("SIGTERM")
  await ended
}
