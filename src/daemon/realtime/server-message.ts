import { isAlyxError, alyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import type { ServerMessage } from "../../protocol/realtime-api.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import type { LiveMessage } from "./live-queries.ts"

/** A message with the present or changed documents. */
export type DocumentsMessage = Exclude<LiveMessage, { readonly type: "error" }>

/** Any message that is no document's, as the bytes of a text frame. */
export function messageBytes(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message))
}

/** Makes an error answerable: a bug keeps its message for the log. */
export function answeredError(thrown: unknown): AlyxError {
  return isAlyxError(thrown) ? thrown : alyxError("INTERNAL", { cause: thrown })
}

/** The message that tells of an error; with a subscription it says that this has ended. */
export function errorBytes(
  error: AlyxError,
  about: { readonly id?: string | null | undefined; readonly subscriptionId?: string } = {},
): Buffer {
  const wire = toWireError(error)
  const details =
    error.retryAfterSeconds === undefined
      ? wire.details
      : { ...wire.details, retry_after_seconds: error.retryAfterSeconds }
  return messageBytes({
    ...idMember(about.id),
    type: "error",
    payload: {
      ...wire,
      ...(details === undefined ? {} : { details }),
      ...(about.subscriptionId === undefined ? {} : { subscription_id: about.subscriptionId }),
    },
  })
}

/** The id of the message that is answered, where it had one. */
export function idMember(id: string | null | undefined): { readonly id?: string } {
  return id === null || id === undefined ? {} : { id }
}

/** The members of a message, encoded once for everyone who gets it. */
const encodedMembers = new WeakMap<DocumentsMessage, Buffer>()

/** Puts the id of a subscription before the members that it shares with others. */
export function documentsBytes(message: DocumentsMessage, subscriptionId: string, id: string | null): Buffer {
  let members = encodedMembers.get(message)
  if (members === undefined) {
    members = Buffer.from(message.members)
    encodedMembers.set(message, members)
  }
  const reply = id === null ? "" : `"id":${JSON.stringify(id)},`
  const head = Buffer.from(`{${reply}"type":"${message.type}","payload":{"subscription_id":"${subscriptionId}",`)
  return Buffer.concat([head, members, closing], head.length + members.length + closing.length)
}

const closing = Buffer.from("}}")
