import type { CallContext } from "@extism/extism"

import { decodeFrame, encodeFrame, frameHeaderEnd } from "../../../functions/frames.ts"
import { guestLimits } from "../../../functions/guest-abi.ts"
import type { GuestLogLevel, GuestLogLine } from "../../../functions/guest-abi.ts"
import { answerGuestCall } from "../guest-crypto.ts"
import type { ExtismMemory } from "./extism-memory.ts"
import { isTooDeep, tooDeep } from "./guest-nesting.ts"
import { nodeCodec } from "./node-codec.ts"
import { AnswerTooLarge } from "./running-call.ts"
import type { RunningCall, SubmittedHeader } from "./running-call.ts"

/** A function that Extism offers to a plug-in; the context comes first. An async one suspends the guest. */
export type HostFunction = (context: CallContext, ...values: never[]) => unknown

/** Ours (guest-abi.ts). Each works for the call that is the host context of whoever calls it. */
export function alyxFunctions(
  blocks: ExtismMemory,
  { isResumed }: { readonly isResumed: boolean },
): Readonly<Record<string, HostFunction>> {
  return {
    ...(isResumed ? waitByReturning(blocks) : waitBySuspending(blocks)),
    // Always a block of its own: offset 0 is a block of Extism's.
    alyx_context: (context: CallContext) => blocks.store(context, nodeCodec.encode(callOf(context).message.context)),
    alyx_submit: (context: CallContext, frame: bigint) => {
      const bytes = takeBlock(context, blocks, frame)
      const { header, body, isTooDeep: isNested } = readFrame(bytes, callOf(context).message.headerBytesMax)
      const shape = { headerBytes: bytes.length - body.length, isTooDeep: isNested }
      callOf(context).submit(requireHeader(header), body.slice(), shape)
    },
    alyx_call: (context: CallContext, frame: bigint) => {
      const { header, body } = readFrame(takeBlock(context, blocks, frame), callOf(context).message.headerBytesMax)
      return blocks.store(context, answerCall(header, body))
    },
    alyx_log: (context: CallContext, line: bigint) => {
      callOf(context).writeLog(readLogLine(takeBlock(context, blocks, line)))
    },
    alyx_timezone: (_context: CallContext, ms: bigint | number) => -new Date(Number(ms)).getTimezoneOffset() || 0,
  }
}

/** An async function, not one that returns a promise: so Extism tells what suspends. */
function waitBySuspending(blocks: ExtismMemory): Readonly<Record<string, HostFunction>> {
  return { alyx_wait: async (context: CallContext) => blocks.store(context, await callOf(context).wait()) }
}

/** 0 where the call has to return, and is resumed when there are answers. */
function waitByReturning(blocks: ExtismMemory): Readonly<Record<string, HostFunction>> {
  return {
    alyx_wait: (context: CallContext) => {
      const answers = callOf(context).takeAnswers()
      return answers === null ? 0n : blocks.store(context, answers)
    },
  }
}

/** The content of a block that the guest hands over: the block is freed. */
export function takeBlock(context: CallContext, blocks: ExtismMemory, offset: bigint): Uint8Array {
  const bytes = context.read(offset)?.bytes() ?? new Uint8Array()
  blocks.free(offset)
  return bytes
}

/** The call that a host function works for. */
export function callOf(context: CallContext): RunningCall {
  const call = context.hostContext<RunningCall | null | undefined>()
  if (call === null || call === undefined) throw new Error("A host function was called outside a call.")
  return call
}

interface ReadFrame {
  readonly header: unknown
  readonly body: Uint8Array
  readonly isTooDeep: boolean
}

/**
 * Of a header that is too large or nested too deep only the beginning is read, as our compiler's plug-ins write it: to parse it may
 * take long, and what is nested thousands of levels deep would be lost between the threads.
 */
function readFrame(bytes: Uint8Array, headerBytesMax: number): ReadFrame {
  const headerEnd = frameHeaderEnd(bytes)
  if (bytes.length > guestLimits.frameBytesMax) {
    if (beginOf(bytes)?.[2] === "answer") throw new AnswerTooLarge(Math.max(0, bytes.length - headerEnd))
    throw new RangeError(frameTooLarge(bytes.length, guestLimits.frameBytesMax))
  }
  const isTooLarge = headerEnd > headerBytesMax && headerEnd <= bytes.length
  const isNested = !isTooLarge && isTooDeep(bytes.subarray(4, headerEnd))
  if (!isTooLarge && !isNested) {
    const { header, body } = decodeFrame(nodeCodec, bytes)
    return { header, body, isTooDeep: false }
  }
  const begin = beginOf(bytes)
  if (begin === null)
    throw new RangeError(isNested ? tooDeep("An operation") : frameTooLarge(headerEnd, headerBytesMax))
  return { header: { id: Number(begin[1]), op: begin[2] }, body: bytes.subarray(headerEnd), isTooDeep: isNested }
}

function beginOf(frame: Uint8Array): RegExpExecArray | null {
  return /^\{"id":(\d{1,15}),"op":"([a-z]{1,20})"/.exec(nodeCodec.decode(frame.subarray(4, 64)))
}

function frameTooLarge(length: number, most: number): string {
  return `An operation of ${length} bytes is larger than the limit of ${most}.`
}

function requireHeader(header: unknown): SubmittedHeader {
  const { id, op } = (typeof header === "object" && header !== null ? header : {}) as Record<string, unknown>
  if (typeof id !== "number" || !Number.isSafeInteger(id) || typeof op !== "string") {
    throw new TypeError("An operation has a number `id` and a text `op`.")
  }
  return header as SubmittedHeader
}

function answerCall(header: unknown, body: Uint8Array): Uint8Array {
  try {
    const answer = answerGuestCall(header as never, body)
    return encodeFrame(nodeCodec, { id: 0, ok: true, value: answer.value ?? null }, answer.body)
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    return encodeFrame(nodeCodec, { id: 0, ok: false, error: { name, code: null, message, status: null } })
  }
}

const logLevels: readonly string[] = ["debug", "info", "warn", "error"] satisfies readonly GuestLogLevel[]

/** What is kept of one message. */
const messageLengthMax = 16_384

function readLogLine(bytes: Uint8Array): GuestLogLine {
  const text = nodeCodec.decode(bytes)
  if (!isTooDeep(bytes)) return lineOf(JSON.parse(text))
  // As our compiler's plug-ins write it: the data comes last, and is not read.
  const begin = text.slice(0, Math.max(0, text.indexOf(`,"data":`)))
  if (begin === "" || isTooDeep(nodeCodec.encode(begin))) {
    return { level: "warn", message: tooDeep("A line that was logged") }
  }
  return { ...lineOf(JSON.parse(`${begin}}`)), data: tooDeep("What was logged") }
}

function lineOf(value: unknown): GuestLogLine {
  const { level, message, data } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>
  return {
    level: logLevels.includes(level as string) ? (level as GuestLogLevel) : "info",
    message: (typeof message === "string" ? message : (JSON.stringify(message) ?? "")).slice(0, messageLengthMax),
    ...(data === undefined ? {} : { data }),
  }
}
