import { decodeFrame, encodeFrame } from "../../../src/functions/frames.ts"
import type { TextCodec } from "../../../src/functions/frames.ts"
import type {
  CallOperation,
  GuestContext,
  GuestLogLine,
  OperationAnswer,
  SubmittedOperation,
} from "../../../src/functions/guest-abi.ts"
import { isBuilding, isDescribing, requireCall } from "./build-time.ts"
import { describingContext } from "./describing-context.ts"
import { engine } from "./engine.ts"
import { CodedError, errorOfFailure } from "./host-error.ts"
import { keptAlive } from "./keep-alive.ts"
import { natives } from "./natives.ts"
import { operations } from "./operations.ts"
import type { Answer, CancelSignal } from "./operations.ts"

/** The guest's side of guest-abi.ts: everything that leaves the plug-in goes through here. */

export { isBuilding, isDescribing, requireCall } from "./build-time.ts"
export { engine } from "./engine.ts"
export { CodedError, HostError } from "./host-error.ts"
export type { Answer, CancelSignal } from "./operations.ts"

/** UTF-8 by the engine. Text must be well-formed (`toWellFormed()`), or unpaired surrogates become bytes that are not UTF-8. */
export const utf8: TextCodec = {
  encode: (text) => natives.encodeUtf8(text),
  decode: (bytes) => natives.decodeUtf8(bytes),
}

/**
 * Starts an operation of the host. Rejects with a CodedError (`code`, `status`, `details`), or with the signal's reason
 * when that aborts; the operation is cancelled then.
 */
export function submit(
  operation: SubmittedOperation,
  body?: Uint8Array,
  options?: { readonly signal?: CancelSignal | null },
): Promise<Answer> {
  requireAlyx(operation.op)
  return operations.start(operation, body, options?.signal ?? null)
}

/** The same for what is answered with JSON: gives its value. `failed` makes the error of a refusal. */
export function submitForJson(operation: SubmittedOperation, failed: (error: Error) => unknown): Promise<unknown> {
  requireAlyx(operation.op)
  return operations.startJson(operation, failed)
}

/** Tells the host what has no answer: `answer`, `fail`. */
export function tell(operation: SubmittedOperation, body?: Uint8Array): void {
  requireAlyx(operation.op)
  operations.tell(operation, body)
}

/** As long as a digest; what is computed of it is for nobody. */
const describingBytes = 32

/** Asks the worker for what it answers at once. */
export function call(operation: CallOperation, body?: Uint8Array): Answer {
  requireAlyx(operation.call)
  if (isDescribing()) return { value: null, body: new Uint8Array(describingBytes) }
  const answer = decodeFrame(utf8, natives.alyxCall(encodeFrame(utf8, operation, body)))
  const header = answer.header as OperationAnswer
  if (!header.ok) throw errorOfFailure(header.error)
  return { value: header.value, body: answer.body }
}

/** Writes one line to the log of the call; in the plain engine to Extism's log. */
export function writeLog(line: GuestLogLine): void {
  if (engine === "extism" || isBuilding()) extismLog(line.level, logText(line))
  else natives.alyxLog(utf8.encode(wellFormedJson(line)))
}

/** The call goes on until this promise has settled, also when its handler has answered; a rejection is logged. */
export function waitUntil(promise: unknown): void {
  requireCall("waitUntil")
  keptAlive.add(promise, (message) => writeLog({ level: "error", message }))
}

/** Who calls, and with what; null in the plain engine. */
export function readContext(): GuestContext | null {
  requireCall("The context of a call")
  if (isDescribing()) return describingContext
  if (engine === "extism") return null
  const text = natives.alyxContext()
  return text === null ? null : (JSON.parse(text) as GuestContext)
}

/** The input of this call, as it came. */
export function readInput(): Uint8Array {
  requireCall("The input")
  return natives.input()
}

/** The input of this call as text. */
export function inputText(): string {
  requireCall("The input")
  return natives.inputText()
}

/** Sets what the call answers; the last one counts. */
export function setOutput(bytes: Uint8Array): void {
  natives.output(bytes)
}

/** The same for text, which has to be well-formed. */
export function setOutputText(text: string): void {
  natives.outputText(text)
}

/** Sets Extism's error: the call has failed, whatever else it answers. */
export function setError(text: string): void {
  natives.error(utf8.encode(text.toWellFormed()))
}

/** Fills it with random bytes of the host. */
export function fillRandom(bytes: Uint8Array): void {
  natives.fillRandom(bytes)
}

/** UTF-8 of a text; unpaired surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return natives.encodeUtf8(text.toWellFormed())
}

/** The text of UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return natives.decodeUtf8(bytes)
}

/** The host's clock counts from the start of its machine, which is no function's business. */
const firstAsked: { atMs: number | null } = { atMs: null }

/** Milliseconds, with fractions, since the instance first asked: a clock that never goes back. 0 while the function is built. */
export function monotonicMs(): number {
  const nowMs = natives.monotonicMs()
  if (nowMs === 0) return 0
  firstAsked.atMs ??= nowMs
  return nowMs - firstAsked.atMs
}

/** A value of Extism's config; null where there is none. */
export function extismConfig(key: string): string | null {
  requireCall("Config")
  const bytes = natives.configGet(encodeUtf8(key))
  return bytes === null ? null : decodeUtf8(bytes)
}

export function extismVarGet(key: string): Uint8Array | null {
  requireCall("Var")
  return natives.varGet(encodeUtf8(key))
}

/** Null removes the variable. */
export function extismVarSet(key: string, value: Uint8Array | null): void {
  requireCall("Var")
  natives.varSet(encodeUtf8(key), value)
}

/** A synchronous request of Extism's host. */
export function extismHttp(
  requestJson: string,
  body: Uint8Array | null,
): { readonly status: number; readonly headers: string | null; readonly body: Uint8Array } {
  requireCall("Http")
  const answer = natives.httpRequest(encodeUtf8(requestJson), body)
  const headers = natives.httpHeaders()
  return { status: natives.httpStatus(), headers: headers === null ? null : decodeUtf8(headers), body: answer }
}

/** Stores bytes in Extism's memory; the offset is valid until the call ends. */
export function extismAlloc(bytes: Uint8Array): bigint {
  requireCall("Memory")
  return natives.alloc(bytes)
}

export function extismLoad(offset: bigint): Uint8Array {
  requireCall("Memory")
  return natives.load(offset)
}

export function extismLength(offset: bigint): bigint {
  requireCall("Memory")
  return natives.length(offset)
}

export function extismFree(offset: bigint): void {
  requireCall("Memory")
  natives.free(offset)
}

/** Calls a function of the host that the interface file declares, by its number. */
export function callHostFunction(name: string, index: number, values: Uint8Array): void {
  requireCall(name)
  if (!isDescribing()) natives.callHost(index, values)
}

const logLevels = ["trace", "debug", "info", "warn", "error"] as const

export function extismLog(level: (typeof logLevels)[number], text: string): void {
  natives.log(logLevels.indexOf(level), encodeUtf8(text))
}

function requireAlyx(what: string): void {
  requireCall(what)
  if (engine === "alyx") return
  throw new CodedError({
    code: "NOT_SUPPORTED",
    message: `${what} needs a host of Alyx; this function was built for any Extism host (abi: extism).`,
    status: null,
  })
}

function logText(line: GuestLogLine): string {
  return line.data === undefined ? line.message : `${line.message} ${wellFormedJson(line.data)}`
}

function wellFormedJson(value: unknown): string {
  return (JSON.stringify(value) ?? "").toWellFormed()
}
