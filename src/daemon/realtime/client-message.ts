import { isUtf8 } from "node:buffer"

import { alyxError, isAlyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import { isJsonObject } from "../../lib/json-object.ts"
import { findJsonFault, isNestedDeeperThan } from "../../lib/json-syntax.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import type { ClientMessage, LiveQueryRequest } from "../../protocol/realtime-api.ts"

/** What a client sent, or what is wrong with it. The id is what the answer repeats. */
export type ReadMessage =
  | { readonly id: string | null; readonly message: ClientMessage }
  | { readonly id: string | null; readonly error: AlyxError }

const depthMax = 20
const idLengthMax = 128
const subscriptionIdLengthMax = 100

const messageTypes = ["subscribe", "unsubscribe", "auth", "ping"] as const

type Json = Readonly<Record<string, unknown>>

/** Reads one message of a client. Whatever is wrong with it is an error to answer, never one that is thrown. */
export function readClientMessage(bytes: Buffer, isBinary: boolean): ReadMessage {
  let id: string | null = null
  try {
    if (isBinary) throw invalid("Messages are text, and this one is binary.", "Send JSON in a text frame.")
    const json = parseObject(bytes)
    id = readId(json["id"])
    return { id, message: readMessage(json) }
  } catch (error) {
    if (isAlyxError(error)) return { id, error }
    throw error
  }
}

function parseObject(bytes: Buffer): Json {
  if (!isUtf8(bytes)) throw invalid("The message is not valid UTF-8.")
  if (bytes.length > depthMax && isNestedDeeperThan(bytes, depthMax)) {
    throw invalid(`The message is nested deeper than ${depthMax} levels.`)
  }
  const text = bytes.toString("utf8")
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const fault = findJsonFault(text)
    const where = fault === null ? "" : `: at column ${fault.offset + 1}, ${fault.expected} was expected`
    throw invalid(`The message is not valid JSON${where}.`)
  }
  if (!isJsonObject(value)) throw invalid("The message must be a JSON object.", 'Such as {"type":"ping"}.')
  return value
}

function readId(id: unknown): string | null {
  if (id === undefined) return null
  if (typeof id === "string" && id.length <= idLengthMax) return id
  throw invalid(`id must be a text of at most ${idLengthMax} characters.`)
}

function readMessage(json: Json): ClientMessage {
  const { type } = json
  switch (type) {
    case "subscribe":
      // What is in a query is judged where queries are read, with everything that is wrong with it at once.
      return { type, payload: payloadOf(json) as unknown as LiveQueryRequest }
    case "unsubscribe":
      return { type, payload: { subscription_id: readText(payloadOf(json), "subscription_id") } }
    case "auth": {
      const { token } = payloadOf(json)
      if (token !== null && typeof token !== "string")
        throw invalid("payload.token must be a text, or null to sign out.")
      return { type, payload: { token } }
    }
    case "ping":
      return { type }
    default: {
      const near = typeof type === "string" ? nearestWord(type, messageTypes) : undefined
      throw invalid(
        type === undefined ? "The message has no type." : `There is no message of the type ${shown(type)}.`,
        near === undefined ? `The types are ${messageTypes.join(", ")}.` : `Did you mean ${near}?`,
      )
    }
  }
}

function payloadOf({ payload }: Json): Json {
  if (isJsonObject(payload)) return payload
  throw invalid("The message needs a payload, which is an object.")
}

function readText(payload: Json, member: string): string {
  const text = payload[member]
  if (typeof text === "string" && text !== "" && text.length <= subscriptionIdLengthMax) return text
  throw invalid(`payload.${member} must be a text.`)
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 100)
}

function invalid(message: string, next?: string): AlyxError {
  return alyxError("INVALID_MESSAGE", { message, ...(next === undefined ? {} : { next }) })
}
