import type { GuestAuth, GuestContext } from "../../../src/functions/guest-abi.ts"
import { decodeUtf8, encodeUtf8, isDescribing, submit, waitUntil } from "../prelude/host.ts"
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
import { requireShallow } from "./nesting.ts"
import { tellIfRefused } from "./told-errors.ts"
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
  call.context ??= new CallContext(call)
  return call.context
}

/**
 * Members are getters, made when they are first used: most functions use two of them, and a call that uses none does not
 * even ask who calls. Nor does console.log(ctx) show what is secret.
 */
class CallContext implements FunctionContext {
  readonly #call: Call
  #databases: Databases | null = null
  #asAdmin: FunctionContext["asAdmin"] | null = null
  #functions: FunctionsClient | null = null
  #alyx: FunctionContext["alyx"] | null = null
  #env: FunctionContext["env"] | null = null
  #secrets: FunctionContext["secrets"] | null = null
  #request: ContextRequest | null = null

  constructor(call: Call) {
    this.#call = call
  }

  get auth(): GuestAuth | null {
    return freezeDeeply(this.#call.guest?.auth ?? null)
  }

  get db(): Database {
    return this.#ownDatabases.db
  }

  get alyx(): FunctionContext["alyx"] {
    this.#alyx ??= Object.freeze({ collections: this.#ownDatabases.collections, functions: this.functions })
    return this.#alyx
  }

  get functions(): FunctionsClient {
    const call = this.#call
    this.#functions ??= Object.freeze({
      invoke: async (name: string, input?: unknown) => invokeFunction(call, name, input),
    })
    return this.#functions
  }

  get asAdmin(): FunctionContext["asAdmin"] {
    const { guest } = this.#call
    if (guest !== null && !guest.privileged) throw notPrivileged("ctx.asAdmin", guest.functionName)
    this.#asAdmin ??= Object.freeze({ db: databasesOf(this.#call, true).db })
    return this.#asAdmin
  }

  get log(): Log {
    return log
  }

  get env(): Readonly<Record<string, string>> {
    const env = this.#call.guest?.env
    this.#env ??= env !== undefined && isDescribing() ? env : Object.freeze({ ...env })
    return this.#env
  }

  get secrets(): Readonly<Record<string, string>> {
    this.#secrets ??= makeSecrets(this.#call.guest)
    return this.#secrets
  }

  get request(): ContextRequest | null {
    const request = this.#call.guest?.request ?? null
    if (request !== null) this.#request ??= makeRequest(request)
    return this.#request
  }

  get requestId(): string {
    return this.#call.guest?.requestId ?? ""
  }

  get functionName(): string {
    return this.#call.guest?.functionName ?? ""
  }

  get trigger(): string {
    return this.#call.guest?.trigger ?? ""
  }

  get url(): string {
    return this.#call.guest?.url ?? ""
  }

  get token(): string {
    return this.#call.guest?.token ?? ""
  }

  /** Apps take it out of ctx, so it needs no `this`. */
  get waitUntil(): (promise: unknown) => void {
    return waitUntil
  }

  get #ownDatabases(): Databases {
    this.#databases ??= databasesOf(this.#call, false)
    return this.#databases
  }
}

function databasesOf(call: Call, isAdmin: boolean): Databases {
  return makeDatabases(new DatabaseScope({ call, isAdmin, transaction: null }))
}

async function invokeFunction(call: Call, name: string, input: unknown): Promise<unknown> {
  call.requireAlive("ctx.functions.invoke()")
  if (typeof name !== "string" || name === "")
    throw new TypeError("ctx.functions.invoke() needs the name of a function first.")
  requireShallow(input, `The input of ${name}`)
  const { stack } = new Error("where it was asked")
  const body = input === undefined ? undefined : encodeUtf8(JSON.stringify(input) ?? "null")
  try {
    const answer = await submit({ op: "invoke", name }, body)
    return answerValue(name, answer.value, decodeUtf8(answer.body), answer.body)
  } catch (error) {
    const failure = hostFailure(error, stack)
    tellIfRefused(failure)
    throw failure
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
            `and name it in the list "secrets" of ${guest === null ? "the manifest" : `the manifest of ${guest.functionName}`}.`,
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
  let headers: WebHeaders | null = null
  return Object.freeze({
    method,
    url,
    path,
    get headers() {
      headers ??= new web.Headers(request.headers)
      return headers
    },
    params: Object.freeze({ ...params }),
    query: Object.freeze({ ...query }),
    ip,
  })
}
