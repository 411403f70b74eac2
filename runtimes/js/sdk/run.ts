import type { PluginDescription } from "../../../src/functions/built-function.ts"
import { runTypedExport, typedExport } from "../prelude/extism/typed-exports.ts"
import { encodeUtf8, engine, readInput, requireCall, setOutput, setOutputText, tell } from "../prelude/host.ts"
import { keptAlive } from "../prelude/keep-alive.ts"
import { isThenable } from "../prelude/thenable.ts"
import { AlyxError } from "./alyx-error.ts"
import type { Call } from "./call.ts"
import { beginCall } from "./call.ts"
import { defineFunction } from "./define-function.ts"
import { getContext } from "./function-context.ts"
import { FunctionError } from "./function-error.ts"
import { HandlerRequest, webRequestOf } from "./handler-request.ts"
import type { WholeAnswer } from "./handler-response.ts"
import { HandlerResponse } from "./handler-response.ts"
import { lazy } from "./lazy.ts"
import { requestOf } from "./made-up-request.ts"
import type { Callable, ModuleStyle } from "./module-style.ts"
import { styleOf } from "./module-style.ts"
import { runDefined } from "./run-defined.ts"
import { asThrown, tellCaller } from "./told-errors.ts"
import { answerOfResponse, answerOfReturned } from "./web-answer.ts"
import { isWebResponse } from "./web-globals.ts"
import { whenKnown } from "./when-known.ts"

/** Puts `@alyx/functions` where our compiler's module of this name finds it, and `ctx` among the globals. */
export function installSdk(): void {
  const sdk = Object.freeze({ defineFunction, FunctionError, AlyxError, getContext: () => getContext(), lazy })
  Object.defineProperty(globalThis, "__alyx_sdk", { value: sdk, enumerable: false, configurable: true })
  Object.defineProperty(globalThis, "ctx", { get: () => getContext("ctx"), enumerable: false, configurable: true })
}

/** What is known of a function when its code has been evaluated: once, at the end of the build. Mistakes are thrown. */
export function describe(module: unknown): Pick<PluginDescription, "style" | "input" | "output" | "exports"> {
  const found = styleOf(module)
  resolved.set(module as object, found)
  const { style } = found
  if (style === "plugin") return { style, input: null, output: null, exports: [...found.exports.keys()] }
  const { input, output } = style === "define" ? found.definition : { input: null, output: null }
  return { style, input: input?.jsonSchema ?? null, output: output?.jsonSchema ?? null, exports: ["handler"] }
}

const resolved = new WeakMap<object, ModuleStyle>()

/** Runs one call: reads the input, calls the handler, sets the output. What is thrown is what the caller may be told. */
export function run(module: unknown, exportName: string): unknown {
  const found = resolved.get(module as object) ?? styleOf(module)
  const call = beginCall()
  if (found.style === "plugin") return runExport(found.exports, exportName)
  try {
    const running = runStyle(found, call)
    return isThenable(running) ? Promise.resolve(running).catch(rethrow) : running
  } catch (error) {
    return rethrow(error)
  }
}

function rethrow(error: unknown): never {
  throw asThrown(error)
}

function runStyle(found: Exclude<ModuleStyle, { style: "plugin" }>, call: Call): unknown {
  switch (found.style) {
    case "define":
      return whenKnown(runDefined(found.definition, call), answerJson)
    case "handler":
      return whenKnown(runHandler(found.handler, call), answer)
    case "fetch":
      return whenKnown(runFetch(found.fetch, call), answer)
  }
}

function answerJson(json: string): void {
  setOutputText(json)
  // What waitUntil holds open must not keep the caller waiting.
  if (engine === "alyx" && keptAlive.open > 0) tell({ op: "answer", head: null }, encodeUtf8(json))
}

function runHandler(handler: Callable, { guest }: Call): WholeAnswer | PromiseLike<WholeAnswer> {
  const res = new HandlerResponse()
  const req = new HandlerRequest(requestOf(guest), readInput())
  return orThrownResponse(() =>
    whenKnown(handler(req, res), (returned) => {
      if (returned !== undefined || res.headersSent) return answerOfReturned(returned, res)
      // The callback of a promise that is settled already may answer still.
      return Promise.resolve().then(() => answerOfReturned(returned, res))
    }),
  )
}

/** `env` and `ctx` are what apps written for other runtimes of `fetch` expect there. */
function runFetch(
  fetch: Extract<ModuleStyle, { style: "fetch" }>["fetch"],
  { guest }: Call,
): WholeAnswer | PromiseLike<WholeAnswer> {
  const request = webRequestOf(requestOf(guest), readInput())
  const context = getContext("ctx")
  return orThrownResponse(() => whenKnown(fetch(request, context.env, context), requireResponse))
}

function requireResponse(response: unknown): Promise<WholeAnswer> {
  if (isWebResponse(response)) return answerOfResponse(response)
  throw new TypeError(`fetch() must return a Response; it returned ${response === null ? "null" : typeof response}.`)
}

/** A Response may be thrown, too: it ends the handler from wherever it is. */
function orThrownResponse(
  answered: () => WholeAnswer | PromiseLike<WholeAnswer>,
): WholeAnswer | PromiseLike<WholeAnswer> {
  try {
    const whole = answered()
    return isThenable(whole) ? Promise.resolve(whole).catch(thrownResponse) : whole
  } catch (error) {
    return thrownResponse(error)
  }
}

function thrownResponse(error: unknown): Promise<WholeAnswer> {
  if (isWebResponse(error)) return answerOfResponse(error)
  throw error
}

function answer({ head, body }: WholeAnswer): void {
  if (engine === "alyx") tell({ op: "answer", head }, body)
  else setOutput(body)
}

/** An export of a plug-in speaks to its host by itself; a number is its return code, as in Extism's own kit. */
function runExport(exports: ReadonlyMap<string, Callable>, name: string): unknown {
  requireCall(name)
  const call = exports.get(name)
  if (call === undefined) {
    throw tellCaller(new AlyxError({ code: "ENTRY_NOT_FOUND", status: 400, message: `There is no export ${name}.` }))
  }
  const signature = typedExport(name)
  if (signature !== null) return runTypedExport(signature, call)
  const returned = call()
  return returned instanceof Promise ? returned.then((code) => requireZero(name, code)) : requireZero(name, returned)
}

function requireZero(name: string, returned: unknown): void {
  if (typeof returned !== "number" || returned === 0) return
  throw new Error(`${name} returned ${returned}; a plug-in's function that succeeds returns 0 or nothing.`)
}
