import { alyxError } from "../../errors.ts"
import { guestLimits } from "../../functions/guest-abi.ts"
import type { GuestContext } from "../../functions/guest-abi.ts"
import type { Schema } from "../../schema/schema.ts"
import type { HostAnswer, HostApi, HostOperation } from "../functions/host-api.ts"
import type { Invocation } from "../functions/invocation.ts"
import { ChainTransactions } from "./chain-transactions.ts"
import { runDatabaseOperation } from "./database-operations.ts"
import { FunctionSql } from "./function-sql.ts"
import type { HostParts } from "./host-parts.ts"
import { invokeFunction } from "./invoke-function.ts"
import { OutgoingRequests } from "./outgoing/outgoing-requests.ts"
import { actingCaller } from "./privileges.ts"

/** Where `fetch(ctx.url + "/api/…")` goes when no port is open. */
const innerUrl = "http://alyx.internal"

/** Of a frame; the rest is its header. */
const bodyBytesMax = guestLimits.frameBytesMax - 64 * 1024

/** What running functions may do: everything happens here, as the caller of the call that asks. */
export class FunctionHost implements HostApi {
  readonly #parts: HostParts
  readonly #transactions: ChainTransactions
  readonly #sql: FunctionSql
  readonly #outgoing: OutgoingRequests
  readonly #collections = new WeakMap<Schema, GuestContext["collections"]>()

  constructor(parts: HostParts) {
    this.#parts = parts
    this.#transactions = new ChainTransactions(parts)
    this.#sql = new FunctionSql({ ...parts, transactions: this.#transactions })
    this.#outgoing = new OutgoingRequests({ ...parts, transactions: this.#transactions, ownUrl: () => this.#url() })
  }

  context({ manifest }: Invocation): Pick<GuestContext, "secrets" | "url" | "collections"> {
    const secrets = manifest.secrets.length === 0 ? {} : this.#parts.secrets.read(manifest.secrets)
    return { secrets, url: this.#url(), collections: this.#collectionsOf(this.#parts.records.schemas.current) }
  }

  async call(
    invocation: Invocation,
    operation: HostOperation,
    body: Uint8Array,
    signal: AbortSignal = invocation.ended,
  ): Promise<HostAnswer> {
    if (invocation.ended.aborted) throw alyxError("ABORTED")
    const answer = await this.#run(invocation, operation, { body, signal })
    if ((answer.body?.byteLength ?? 0) <= bodyBytesMax) return answer
    throw alyxError("ANSWER_TOO_LARGE", {
      message: "The answer is larger than the 16 MB that a function may be given at once.",
      next: "Ask for fewer documents, fields or relations, or for a part.",
    })
  }

  end(invocation: Invocation): void {
    this.#transactions.rollback(invocation)
  }

  /** Refuses a write of a call, however it comes, while a transaction of its chain is open: it would wait for itself. */
  requireNoTransaction(invocation: Invocation): void {
    this.#transactions.requireNone(invocation)
  }

  stop(): void {
    this.#outgoing.stop()
  }

  async #run(
    invocation: Invocation,
    operation: HostOperation,
    { body, signal }: { readonly body: Uint8Array; readonly signal: AbortSignal },
  ): Promise<HostAnswer> {
    switch (operation.op) {
      case "db":
        return this.#database(invocation, operation)
      case "transaction":
        await this.#transaction(invocation, operation)
        return { value: null }
      case "sql":
        return this.#sql.run(invocation, operation)
      case "fetch":
        return this.#outgoing.fetch(invocation, { ...operation, body, signal })
      case "invoke":
        return invokeFunction(this.#parts.functions(), invocation, { name: operation.name, input: body, signal })
      default:
        throw alyxError("BAD_REQUEST", { message: "The host knows no such operation." })
    }
  }

  #database(invocation: Invocation, operation: Extract<HostOperation, { op: "db" }>): Promise<HostAnswer> {
    const caller = actingCaller(invocation, { asAdmin: operation.asAdmin === true })
    if (operation.tx !== true && writes.has(operation.action)) this.#transactions.requireNone(invocation)
    const records = operation.tx === true ? this.#transactions.recordsOf(invocation) : this.#parts.records
    const expressions = invocation.manifest.privileged ? "functions" : "operators"
    return runDatabaseOperation({ records, caller, expressions }, operation)
  }

  async #transaction(invocation: Invocation, operation: Extract<HostOperation, { op: "transaction" }>): Promise<void> {
    switch (operation.step) {
      case "begin":
        return this.#transactions.begin(invocation, operation.timeoutMs)
      case "commit":
        return this.#transactions.commit(invocation)
      case "rollback":
        return this.#transactions.rollback(invocation)
      default:
        throw alyxError("BAD_REQUEST", { message: `"step" of a transaction must be begin, commit or rollback.` })
    }
  }

  #url(): string {
    return this.#parts.url() ?? innerUrl
  }

  #collectionsOf(schema: Schema): GuestContext["collections"] {
    const known = this.#collections.get(schema)
    if (known !== undefined) return known
    const collections = Object.fromEntries(
      Array.from(schema.collections.values(), ({ name, primaryKey }) => [name, primaryKey.name]),
    )
    this.#collections.set(schema, collections)
    return collections
  }
}

const writes: ReadonlySet<string> = new Set(["create", "update", "delete", "updateMany", "deleteMany"])
