import type { GuestAuth, GuestContext } from "../../../src/functions/guest-abi.ts"
import { decodeUtf8, encodeUtf8, submit, waitUntil } from "../prelude/host.ts"
import { AlyxError, hostFailure } from "./alyx-error.ts"
import type { Call } from "./call.ts"
import { presentCall } from "./call.ts"
import type { Database, Databases } from "./database.ts"
import { makeDatabases } from "./database.ts"
import { DatabaseScope, notPrivileged } from "./database-scope.ts"
import { freezeDeeply } from "./freeze-deeply.ts"
import { answerValue } from "./invoke-answer.ts"
import type { Log } from "./log.ts"
import { log } from "./log.ts"
import type { WebHeaders } from "./web-globals.ts"
import { web } from "./web-globals.ts"

/** What `ctx` and `getContext()` give: everything a function may use of Alyx. The types for people are in src/codegen/functions. */
export interface FunctionContext {
  readonly auth: GuestAuth | null
  readonly db: Database
  readonly alyx: {
    readonly collections: Databases["collections"]
    readonly functions: FunctionsClient
  }
  readonly functions: FunctionsClient
  readonly asAdmin: { readonly db: Database }
  readonly log: Log
  readonly env: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  readonly request: ContextRequest | null
  readonly requestId: string
  readonly functionName: string
  readonly trigger: string
  readonly url: string
  readonly token: string
  readonly waitUntil: (promise: unknown) => void
}

/** Calls other functions as the same caller. */
export interface FunctionsClient {
  readonly invoke: (name: string, input?: unknown) => Promise<unknown>
}

/** What came over HTTP; the body is the input. */
export interface ContextRequest {
  readonly method: string
  readonly url: string
  readonly path: string
  readonly headers: WebHeaders
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly ip: string
}

/** The context of the call that runs. */
export function getContext(what = "getContext()"): FunctionContext {
  const call = presentCall(what)
  call.context ??= makeContext(call)
  return call.context
}

/** Members are made when they are first used: most functions use two of them. */
function makeContext(call: Call): FunctionContext {
  const { guest } = call
  const databases = once(() => makeDatabases(new DatabaseScope({ call, isAdmin: false, transaction: null })))
  const asAdmin = once(() => ({ db: makeDatabases(new DatabaseScope({ call, isAdmin: true, transaction: null })).db }))
  const functions: FunctionsClient = Object.freeze({
    invoke: async (name: string, input?: unknown) => invokeFunction(call, name, input),
  })
  const context = {}
  const lazily: { readonly [name in keyof FunctionContext]: () => FunctionContext[name] } = {
    auth: once(() => (guest?.auth ? freezeDeeply(guest.auth) : null)),
    db: () => databases().db,
    alyx: once(() =>
      Object.freeze({
        get collections() {
          return databases().collections
        },
        functions,
      }),
    ),
    functions: () => functions,
    asAdmin: () => {
      if (guest !== null && !guest.privileged) throw notPrivileged("ctx.asAdmin", guest.functionName)
      return asAdmin()
    },
    log: () => log,
    env: once(() => Object.freeze({ ...guest?.env })),
    secrets: once(() => makeSecrets(guest)),
    request: once(() => (guest?.request ? makeRequest(guest.request) : null)),
    requestId: () => guest?.requestId ?? "",
    functionName: () => guest?.functionName ?? "",
    trigger: () => guest?.trigger ?? "",
    url: () => guest?.url ?? "",
    token: () => guest?.token ?? "",
    waitUntil: () => waitUntil,
  }
  for (const [name, get] of Object.entries(lazily)) {
    // What console.log(ctx) would show: neither what is secret, nor what throws.
    const enumerable = !hidden.has(name)
    Object.defineProperty(context, name, { get, enumerable, configurable: false })
  }
  return context as FunctionContext
}

const hidden: ReadonlySet<string> = new Set(["secrets", "token", "asAdmin", "env"])

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

async function invokeFunction(call: Call, name: string, input: unknown): Promise<unknown> {
  call.requireAlive("ctx.functions.invoke()")
  if (typeof name !== "string" || name === "")
    throw new TypeError("ctx.functions.invoke() needs the name of a function first.")
  const { stack } = new Error("where it was asked")
  const body = input === undefined ? undefined : encodeUtf8(JSON.stringify(input) ?? "null")
  try {
    const answer = await submit({ op: "invoke", name }, body)
    return answerValue(name, answer.value, decodeUtf8(answer.body), answer.body)
  } catch (error) {
    throw hostFailure(error, stack)
  }
}

/** Names that tools ask every object for. */
const askedOfEverything: ReadonlySet<string> = new Set([
  "then",
  "toJSON",
  "constructor",
  "inspect",
  "nodeType",
  "$$typeof",
])

/** A secret that is not there throws, so that no request ever carries `undefined` as its key. */
function makeSecrets(guest: GuestContext | null): Readonly<Record<string, string>> {
  const secrets = guest?.secrets ?? {}
  return new Proxy(
    {},
    {
      get(_, name) {
        if (typeof name === "symbol") return undefined
        if (Object.hasOwn(secrets, name)) return secrets[name]
        if (askedOfEverything.has(name)) return undefined
        throw new AlyxError({
          code: "SECRET_NOT_SET",
          status: 500,
          message:
            `The secret ${name} is not set, or the manifest does not name it. Set it with "alyx secrets set ${name}", ` +
            `and write it under "secrets:" in the manifest${guest === null ? "" : ` of ${guest.functionName}`}.`,
        })
      },
      has: (_, name) => typeof name === "string" && Object.hasOwn(secrets, name),
      ownKeys: () => Object.keys(secrets),
      getOwnPropertyDescriptor: (_, name) =>
        typeof name === "string" && Object.hasOwn(secrets, name)
          ? { value: "[secret]", enumerable: false, configurable: true }
          : undefined,
      set: (_, name) => {
        throw new TypeError(`The secret ${String(name)} cannot be set by a function.`)
      },
    },
  )
}

function makeRequest(request: NonNullable<GuestContext["request"]>): ContextRequest {
  const { method, url, path, params, query, ip } = request
  const headers = once(() => new web.Headers(request.headers))
  return Object.freeze({
    method,
    url,
    path,
    get headers() {
      return headers()
    },
    params: Object.freeze({ ...params }),
    query: Object.freeze({ ...query }),
    ip,
  })
}
