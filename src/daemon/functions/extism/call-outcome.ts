import { guestLimits } from "../../../functions/guest-abi.ts"
import type { PluginInstance } from "./plugin-instance.ts"
import { AnswerTooLarge, CallIsOver, TooManyOperations } from "./running-call.ts"
import type { RunningCall } from "./running-call.ts"
import type { WorkerOutcome } from "./worker-messages.ts"

/** What Extism puts before the error of a guest. */
const extismPrefix = "Plugin-originated error: "

/** What a call that returned came to. */
export function returned(call: RunningCall, instance: PluginInstance, output: Uint8Array | null): WorkerOutcome {
  if (call.failure !== null) return call.isOver ? ended(call) : ofFailure(call.failure, instance)
  // Without memory a guest cannot even say that it has none.
  if (output === null && !call.isAnswered && instance.isMemoryFull) return { type: "out_of_memory" }
  if (output === null && !call.isAnswered && instance.alwaysAnswers) return unanswered
  if (instance.returnCode !== 0) return returnedCode(call, instance.returnCode)
  if (output === null) return { type: "returned", output: new Uint8Array() }
  if (output.length > guestLimits.frameBytesMax) return { type: "output_too_large", bytes: output.length }
  return { type: "returned", output: output.slice() }
}

const unanswered: WorkerOutcome = {
  type: "trapped",
  what: "it ended with neither an answer nor an error",
  stack: "",
  isStackOverflow: false,
}

function returnedCode({ message: { entry } }: RunningCall, code: number): WorkerOutcome {
  const message = `${entry} returned ${code}, which means that it failed, and said no more.`
  return { type: "failed", failure: { name: "Error", code: null, status: null, message } }
}

/** Whether this is the error of a guest that came to its end, and not one that threw it out of what it did. */
export function isOfGuest(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith(extismPrefix)
}

/** What a call that threw came to: the guest's own error, a trap, or an end that was made. */
export function thrown(call: RunningCall, instance: PluginInstance, error: unknown): WorkerOutcome {
  const isFailure = isOfGuest(error)
  if (error instanceof CallIsOver || call.isOver) return ended(call)
  if (error instanceof WebAssembly.RuntimeError) return trapped(error, instance)
  if (error instanceof RangeError && isStackOverflow(error)) return trapped(error, instance)
  if (error instanceof AnswerTooLarge) return { type: "output_too_large", bytes: error.bytes }
  if (error instanceof TooManyOperations) return ofFailure(error.failure, instance)
  // An error with a code is meant, whatever came before it.
  if (instance.hasRefusedMemory && (call.failure?.code ?? null) === null) return { type: "out_of_memory" }
  if (call.failure !== null) return ofFailure(call.failure, instance)
  const text = error instanceof Error ? error.message : String(error)
  const name = error instanceof Error && !isFailure ? error.name : "Error"
  const told = split(isFailure ? text.slice(extismPrefix.length) : text)
  return ofFailure({ name, code: null, status: null, ...told }, instance)
}

const messageLengthMax = 16_384

/** The error of a JavaScript plug-in carries its stack. */
function split(text: string): { readonly message: string; readonly stack?: string } {
  const end = text.search(/\n {4}at /)
  if (end === -1) return { message: text.slice(0, messageLengthMax) }
  return { message: text.slice(0, end).slice(0, messageLengthMax), stack: text.slice(end + 1, end + messageLengthMax) }
}

function ofFailure(failure: NonNullable<RunningCall["failure"]>, instance: PluginInstance): WorkerOutcome {
  return isOutOfMemory(failure, instance) ? { type: "out_of_memory", ...stackOf(failure) } : { type: "failed", failure }
}

/** QuickJS says it so when its own limit is reached, and throws null where it cannot even make the error. */
function isOutOfMemory(failure: NonNullable<RunningCall["failure"]>, instance: PluginInstance): boolean {
  const { name, code, message } = failure
  if (name === "InternalError" && message === "out of memory") return true
  return code === null && message === "Thrown: null" && instance.isMemoryFull
}

/** With the place where code was interrupted, if it could say so. */
function ended({ failure }: RunningCall): WorkerOutcome {
  return { type: "ended", ...(failure === null ? {} : stackOf(failure)) }
}

function stackOf({ stack }: NonNullable<RunningCall["failure"]>): { readonly stack?: string } {
  return stack === undefined ? {} : { stack }
}

function trapped(error: Error, instance: PluginInstance): WorkerOutcome {
  const isOverflow = isStackOverflow(error)
  if (!isOverflow && instance.isMemoryFull) return { type: "out_of_memory" }
  return {
    type: "trapped",
    what: error.message.slice(0, messageLengthMax),
    stack: wasmFramesOf(error),
    isStackOverflow: isOverflow,
  }
}

function isStackOverflow(error: Error): boolean {
  return error.message.includes("call stack")
}

/** The frames of the guest alone: ours say nothing to the person, and name files of this machine. */
function wasmFramesOf(error: Error): string {
  const frames = (error.stack ?? "").split("\n").flatMap((line) => {
    const match = /^\s+at (?:async )?(?:wasm-function\[\d+\]|.*\.)?(.*?) ?\(?wasm:\/\/wasm\/[^)]*\)?$/.exec(line)
    return match === null ? [] : [`    at ${match[1] === "" ? "wasm function" : match[1]!}`]
  })
  return frames.slice(0, 20).join("\n")
}
