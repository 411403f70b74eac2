import type { ServerResponse } from "node:http"

import type { FastifyReply, FastifyRequest } from "fastify"

import { alyxError, isAlyxError } from "../../errors.ts"
import type { DataProcess } from "../data/data-processes.ts"
import { takeOver } from "./take-over.ts"

/** A client that takes nothing for so long is given up: what it reads keeps the log of the database from being cut. */
const stalledMsMax = 10 * 60_000

/** How the output of a process becomes an answer. */
export interface ProcessAnswer {
  readonly process: DataProcess
  readonly contentType: string
  /** What is sent when it fails in the middle; without it the connection is cut, so that nobody takes a part for all. */
  readonly failure?: (error: unknown) => string
  /** Called when the client takes nothing more, and when it goes on. */
  readonly onBlocked?: (isBlocked: boolean) => void
}

/**
 * Answers with what a process writes, no faster than the client takes it: neither here nor there is more than a piece
 * of it in memory. What is wrong with the request is an answer with its status; a client that leaves ends the process.
 */
export async function answerWithProcess(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: ProcessAnswer,
): Promise<void> {
  const { process, contentType } = answer
  const response = reply.raw
  const left = (): void => process.kill(clientLeft())
  response.on("close", left)
  // Who left before this is not told of again.
  if (response.destroyed) left()
  await process.ready
  request.isStream = true
  takeOver(reply, { "content-type": contentType })
  const copied = copyOutput(response, answer)
  try {
    await process.ended
    await copied
    response.off("close", left)
    response.end()
  } catch (error) {
    response.off("close", left)
    if (!isAlyxError(error)) request.server.reportBug(request.id, error)
    if (answer.failure === undefined || response.destroyed) response.destroy()
    else {
      await copied
      response.end(answer.failure(error))
    }
  }
}

async function copyOutput(response: ServerResponse, { process, onBlocked }: ProcessAnswer): Promise<void> {
  const { output } = process
  const { promise, resolve } = Promise.withResolvers<void>()
  let stalled: NodeJS.Timeout | undefined
  const goOn = (): void => {
    clearTimeout(stalled)
    if (stalled !== undefined) onBlocked?.(false)
    stalled = undefined
    output.resume()
  }
  output.on("data", (chunk: Buffer) => {
    // What nobody takes any more is read all the same: only then does the output end.
    if (response.destroyed || response.write(chunk)) return
    output.pause()
    onBlocked?.(true)
    stalled = setTimeout(() => process.kill(clientLeft()), stalledMsMax)
  })
  response.on("drain", goOn)
  response.on("close", goOn)
  output.on("close", resolve)
  await promise
  clearTimeout(stalled)
}

function clientLeft(): Error {
  return alyxError("BAD_REQUEST", { message: "The client took no more of the answer." })
}
