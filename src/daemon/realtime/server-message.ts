import { isAlyxError, alyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import type { ServerMessage } from "../../protocol/realtime-api.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import type { LiveMessage } from "./live-queries.ts"
import { textFrame } from "./text-frame.ts"

/** A message with the present or changed documents. */
export type DocumentsMessage = Exclude<LiveMessage, { readonly type: "error" }>

/** The frame of any message that is no document's. */
export function messageFrame(message: ServerMessage): Buffer {
  return textFrame(JSON.stringify(message))
}

/** Makes an error answerable: a bug keeps its message for the log. */
export function answeredError(thrown: unknown): AlyxError {
  return isAlyxError(thrown) ? thrown : alyxError("INTERNAL", { cause: thrown })
}

/** The frame of a message that tells of an error; with a subscription it says that this has ended. */
export function errorFrame(
  error: AlyxError,
  about: { readonly id?: string | null | undefined; readonly subscriptionId?: string } = {},
): Buffer {
  const wire = toWireError(error)
  const details =
    error.retryAfterSeconds === undefined
      ? wire.details
      : { ...wire.details, retry_after_seconds: error.retryAfterSeconds }
  return messageFrame({
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

/**
 * The frames of a message by the id of the subscription, for everyone who gets it. Ids count up on each socket, so that
 * most clients share a few.
 */
const sharedFrames = new WeakMap<DocumentsMessage, Map<string, Buffer>>()

/** Frames of one message that are kept; with further ids each client gets one of its own. */
const sharedFramesMax = 16

/** Puts the id of a subscription before the members that it shares with others, and that of the message it answers. */
export function documentsFrame(message: DocumentsMessage, subscriptionId: string, id: string | null): Buffer {
  if (id !== null) return makeFrame(message, `"id":${JSON.stringify(id)},`, subscriptionId)
  const frames = sharedFrames.get(message) ?? new Map<string, Buffer>()
  const known = frames.get(subscriptionId)
  if (known !== undefined) return known
  const frame = makeFrame(message, "", subscriptionId)
  if (frames.size === 0) sharedFrames.set(message, frames)
  if (frames.size < sharedFramesMax) frames.set(subscriptionId, frame)
  return frame
}

function makeFrame({ type, members }: DocumentsMessage, reply: string, subscriptionId: string): Buffer {
  return textFrame(`{${reply}"type":"${type}","payload":{"subscription_id":"${subscriptionId}",${members}}}`)
}
