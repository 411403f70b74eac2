import { alyxError } from "../../errors.ts"
import type { Invocation } from "../functions/invocation.ts"
import type { RecordParts } from "../records/records.ts"
import type { InteractiveTransaction } from "../storage/database.ts"
import type { HostParts } from "./host-parts.ts"
import { TransactionDatabase } from "./transaction-database.ts"

/** Milliseconds from the begin of a transaction to its end; while it is open nobody else writes. */
const timeoutMsDefault = 2_000
const timeoutMsMax = 10_000

/** A transaction of a chain of calls. */
interface ChainTransaction {
  /** Who began it, and alone uses it. */
  readonly owner: Invocation
  /** Undefined while it waits for its turn. */
  opened?: {
    readonly transaction: InteractiveTransaction
    readonly records: RecordParts
  }
  hasChangedAccounts: boolean
}

/** The transactions of `ctx.db.transaction`: one at a time for a call and all that it calls. */
export class ChainTransactions {
  readonly #records: RecordParts
  readonly #database: HostParts["database"]
  readonly #byRoot = new Map<string, ChainTransaction>()

  constructor({ records, database }: Pick<HostParts, "records" | "database">) {
    this.#records = records
    this.#database = database
  }

  /** Resolves when it has its turn: first come, first served. */
  async begin(invocation: Invocation, timeoutMs: unknown = timeoutMsDefault): Promise<void> {
    this.requireNone(invocation)
    const limitMs = requireTimeout(timeoutMs)
    const chain: ChainTransaction = { owner: invocation, hasChangedAccounts: false }
    this.#byRoot.set(invocation.root.id, chain)
    try {
      const transaction = await this.#database.engine.beginTransaction({ timeoutMs: limitMs, signal: invocation.ended })
      chain.opened = { transaction, records: this.#recordsIn(transaction, chain) }
    } catch (error) {
      this.#forget(chain)
      throw error
    }
  }

  /** Resolves when all of it is on the disk. */
  async commit(invocation: Invocation): Promise<void> {
    const chain = this.#ownedBy(invocation)
    this.#forget(chain)
    await chain.opened!.transaction.commit()
    if (chain.hasChangedAccounts) this.#records.accountsChanged()
  }

  /** Undoes it; nothing happens where it has ended. */
  rollback(invocation: Invocation): void {
    const chain = this.#byRoot.get(invocation.root.id)
    if (chain?.owner !== invocation) return
    this.#forget(chain)
    chain.opened?.transaction.rollback()
  }

  /** The records as the transaction that the call has open sees and writes them. */
  recordsOf(invocation: Invocation): RecordParts {
    return this.#ownedBy(invocation).opened!.records
  }

  /** The transaction that the call has open. */
  transactionOf(invocation: Invocation): InteractiveTransaction {
    return this.#ownedBy(invocation).opened!.transaction
  }

  /** Refuses what would wait for a transaction that is open in the chain, and so for itself. */
  requireNone(invocation: Invocation, what = "A write without its handle"): void {
    const chain = this.#byRoot.get(invocation.root.id)
    if (chain === undefined || chain.opened?.transaction.isOpen === false) return
    throw alyxError("TRANSACTION_OPEN", {
      message: `${what} is not possible while the call${chain.owner === invocation ? "" : ` of ${chain.owner.manifest.name}`} has a transaction open.`,
      next: "Within ctx.db.transaction(async (tx) => …) write with tx, and do everything else before it or after it.",
    })
  }

  #ownedBy(invocation: Invocation): ChainTransaction {
    const chain = this.#byRoot.get(invocation.root.id)
    if (chain?.owner === invocation && chain.opened !== undefined) return chain
    throw alyxError("TRANSACTION_ENDED", { message: "The call has no transaction open." })
  }

  #forget(chain: ChainTransaction): void {
    const { id } = chain.owner.root
    if (this.#byRoot.get(id) === chain) this.#byRoot.delete(id)
  }

  #recordsIn(transaction: InteractiveTransaction, chain: ChainTransaction): RecordParts {
    const records = this.#records
    return {
      database: new TransactionDatabase(transaction, records.database),
      schemas: records.schemas,
      clock: records.clock,
      explains: records.explains,
      get limits() {
        return records.limits
      },
      get accountsCollection() {
        return records.accountsCollection
      },
      // Whoever looks again before the commit would see the old state.
      accountsChanged: () => {
        chain.hasChangedAccounts = true
      },
    }
  }
}

function requireTimeout(timeoutMs: unknown): number {
  if (Number.isInteger(timeoutMs) && Number(timeoutMs) >= 1 && Number(timeoutMs) <= timeoutMsMax)
    return Number(timeoutMs)
  throw alyxError("BAD_REQUEST", {
    message: `The timeout of a transaction is a whole number of milliseconds from 1 to ${timeoutMsMax}.`,
    next: "While it is open nobody else writes: do within it only what must happen together.",
  })
}
