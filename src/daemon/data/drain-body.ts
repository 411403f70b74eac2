import type { Readable } from "node:stream"
import { finished } from "node:stream/promises"

/**
 * Throws away what a client still sends, and resolves at its end: a connection that is closed before would take the answer
 * with it, which says what was wrong.
 */
export async function drainBody(body: Readable): Promise<void> {
  if (body.destroyed || body.readableEnded) return
  body.resume()
  await finished(body, { writable: false }).catch(() => undefined)
}
