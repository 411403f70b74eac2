import type { WholeAnswer } from "./handler-response.ts"
import { HandlerResponse } from "./handler-response.ts"
import type { WebResponse } from "./web-globals.ts"
import { isWebResponse } from "./web-globals.ts"

/** The answer that a Response says. */
export async function answerOfResponse(response: WebResponse): Promise<WholeAnswer> {
  const { status, headers } = response
  if (status < 200 || status > 599) throw new RangeError(`A Response of the status ${status} cannot be answered.`)
  const body = new Uint8Array(await response.arrayBuffer())
  return { head: { status, headers: [...headers] }, body }
}

/**
 * The answer of a handler that returned a value: a Response as it is, `res` as it was sent, anything else as `res.send()` would
 * send it. Nothing returned and nothing sent is 204.
 */
export function answerOfReturned(returned: unknown, res: HandlerResponse): WholeAnswer | Promise<WholeAnswer> {
  if (isWebResponse(returned)) return answerOfResponse(returned)
  if (res.headersSent || returned instanceof HandlerResponse) return res.finish()
  if (returned !== undefined) return res.send(returned).finish()
  return (res.statusCode === 200 ? res.status(204) : res).finish()
}
