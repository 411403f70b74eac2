import type { FastifyReply, FastifyRequest } from "fastify"

import { isAlyxError } from "../../errors.ts"
import { seldom } from "../../protocol/progress.ts"
import type { OnProgress, ProgressEvent } from "../../protocol/progress.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import { takeOver } from "./take-over.ts"

/** So often a comment says that the work goes on, of which SQLite says nothing for minutes sometimes. */
const heartbeatMs = 5_000

/**
 * Answers with the result of long work. Who asks for `text/event-stream` hears how far it is, and gets a ProgressEvent
 * each; others wait for the JSON, and get an error with its status. The work goes on when the client leaves: half of a
 * migration is worse than one nobody waits for.
 */
export async function answerWithProgress<Result>(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (onProgress: OnProgress) => Promise<Result>,
): Promise<void> {
  if (!asksForEvents(request)) {
    reply.send(await work(() => undefined))
    return
  }
  const response = takeOver(reply, { "content-type": "text/event-stream; charset=utf-8" })
  response.flushHeaders()
  const send = (event: ProgressEvent<Result>): void => void response.write(`data: ${JSON.stringify(event)}\n\n`)
  const heartbeat = setInterval(() => response.write(":\n\n"), heartbeatMs)
  try {
    send({ event: "result", data: await work(seldom((data) => send({ event: "progress", data }))) })
  } catch (error) {
    const data = toWireError(error)
    if (!isAlyxError(error)) request.server.reportBug(request.id, error)
    send({ event: "error", data })
  } finally {
    clearInterval(heartbeat)
    response.end()
  }
}

function asksForEvents(request: FastifyRequest): boolean {
  return (request.headers.accept ?? "").includes("text/event-stream")
}
