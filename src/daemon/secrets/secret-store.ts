import { alyxError } from "../../errors.ts"
import type { Clock } from "../../lib/clock.ts"
import type { Logger } from "../../lib/logger.ts"
import { Mutex } from "../../lib/mutex.ts"
import type { Database, Reader } from "../storage/database.ts"
import { systemTables } from "../storage/system-tables.ts"
import { openValue, sealValue } from "./sealed-value.ts"
import { loadSecretKey } from "./secret-key.ts"
import { formerValuesMax, requireSecretName, requireSecretValue, secretCountMax } from "./secret-limits.ts"
import type { Secrets } from "./secrets.ts"

/** What SecretStore needs. */
export interface SecretStoreOptions {
  readonly database: Database
  readonly clock: Clock
  readonly logger: Logger
  /** `secret_key` of the configuration; null for the one that is kept in the file. */
  readonly configuredKey: string | null
  readonly keyFile: () => string
}

/** The values that could be decrypted, and the names of those that could not. */
interface Opened {
  readonly values: ReadonlyMap<string, string>
  readonly unreadable: readonly string[]
}

const none: Opened = { values: new Map(), unreadable: [] }

/**
 * The secrets of `_alyx_secrets`. They are decrypted once and kept in memory. With a key that does not open what is stored
 * nothing is lost: those secrets cannot be read, and none can be set, until the right key is back or they are removed.
 */
export class SecretStore implements Secrets {
  readonly #options: SecretStoreOptions
  readonly #turns = new Mutex()
  #key: Uint8Array | undefined
  #opened: Opened = none
  /** Calls that began before still hold them, and may tell them. */
  #former: readonly string[] = []

  constructor(options: SecretStoreOptions) {
    this.#options = options
  }

  /** Decrypts what is stored. Without secrets no key is looked for, and none is made. */
  async start(): Promise<void> {
    await this.#turns.run(() => this.#load())
    const { unreadable } = this.#opened
    if (unreadable.length > 0) {
      this.#options.logger.error(
        "Secrets of functions cannot be decrypted: the key is not the one they were set with.",
        {
          names: unreadable,
          next: keyAdvice,
        },
      )
    }
  }

  /**
   * For after the database was replaced by another one: a reset, a restore. Secrets are no data of it: those that were set stay
   * set, unless the new one has its own of that name.
   */
  async carryOver(): Promise<void> {
    await this.#turns.run(async () => {
      const before = this.#opened.values
      await this.#load()
      const { values, unreadable } = this.#opened
      for (const [name, value] of before) if (values.get(name) !== value) this.#remember(value)
      const missing = [...before].filter(([name]) => !values.has(name) && !unreadable.includes(name))
      if (missing.length === 0) return
      const key = await this.#loadedKey()
      const now = new Date(this.#options.clock.now()).toISOString()
      const rows = missing.map(([name, value]) => {
        return { name, value: sealValue(key, name, value), created_at: now, updated_at: now }
      })
      const statements = rows.map((row) => systemTables.insertInto("_alyx_secrets").values(row).compile())
      await this.#options.database.write((transaction) => {
        for (const statement of statements) transaction.run(statement)
      })
      this.#opened = { values: new Map([...missing, ...values]), unreadable }
    })
  }

  read(names: readonly string[]): Readonly<Record<string, string>> {
    const { values, unreadable } = this.#opened
    const locked = names.filter((name) => unreadable.includes(name))
    if (locked.length > 0) throw wrongKey(locked)
    const found: Record<string, string> = {}
    for (const name of names) {
      const value = values.get(name)
      if (value !== undefined) found[name] = value
    }
    return found
  }

  values(): readonly string[] {
    return [...this.#opened.values.values(), ...this.#former]
  }

  list(): readonly { readonly name: string; readonly updatedAt: string }[] {
    return this.#options.database
      .read((reader) => rowsOf(reader))
      .map(({ name, updated_at: updatedAt }) => ({ name, updatedAt }))
  }

  set(name: string, value: string): Promise<void> {
    requireSecretName(name)
    requireSecretValue(value)
    return this.#turns.run(async () => {
      const { database, clock } = this.#options
      const others = this.#opened.unreadable.filter((other) => other !== name)
      if (others.length > 0) throw wrongKey(others)
      const sealed = sealValue(await this.#loadedKey(), name, value)
      const now = new Date(clock.now()).toISOString()
      const isNew = !this.#opened.values.has(name)
      if (isNew && this.#opened.values.size >= secretCountMax) throw tooMany()
      const row = { name, value: sealed, created_at: now, updated_at: now }
      const insert = systemTables
        .insertInto("_alyx_secrets")
        .values(row)
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: sealed, updated_at: now }))
      await database.write((transaction) => void transaction.run(insert.compile()))
      this.#remember(this.#opened.values.get(name))
      const values = new Map(this.#opened.values).set(name, value)
      this.#opened = { values, unreadable: [] }
    })
  }

  remove(name: string): Promise<boolean> {
    return this.#turns.run(async () => {
      const statement = systemTables.deleteFrom("_alyx_secrets").where("name", "=", name).compile()
      const { changes } = await this.#options.database.write((transaction) => transaction.run(statement))
      const values = new Map(this.#opened.values)
      this.#remember(values.get(name))
      values.delete(name)
      this.#opened = { values, unreadable: this.#opened.unreadable.filter((other) => other !== name) }
      return changes > 0
    })
  }

  #remember(former: string | undefined): void {
    if (former === undefined) return
    this.#former = [former, ...this.#former.filter((value) => value !== former)].slice(0, formerValuesMax)
  }

  async #load(): Promise<void> {
    const rows = this.#options.database.read((reader) => rowsOf(reader))
    if (rows.length === 0) {
      this.#opened = none
      return
    }
    const key = await this.#loadedKey()
    const values = new Map<string, string>()
    const unreadable: string[] = []
    for (const { name, value } of rows) {
      const opened = openValue(key, name, value)
      if (opened === undefined) unreadable.push(name)
      else values.set(name, opened)
    }
    this.#opened = { values, unreadable }
  }

  async #loadedKey(): Promise<Uint8Array> {
    const { configuredKey, keyFile, logger } = this.#options
    this.#key ??= await loadSecretKey({ configured: configuredKey, keyFile: keyFile(), logger })
    return this.#key
  }
}

function rowsOf(reader: Reader) {
  return reader.all(
    systemTables.selectFrom("_alyx_secrets").selectAll().orderBy("name").limit(secretCountMax).compile(),
  )
}

const keyAdvice =
  "Put back alyx.keys or ALYX_SECRET_KEY as it was and restart, or set each of them again after alyx secrets remove."

function wrongKey(names: readonly string[]): Error {
  return alyxError("SECRET_KEY_WRONG", {
    message: `The key does not decrypt ${names.length === 1 ? "the secret" : "the secrets"} ${names.slice(0, 5).join(", ")}.`,
    next: keyAdvice,
    details: { names },
  })
}

function tooMany(): Error {
  return alyxError("VALIDATION_ERROR", {
    message: `There are ${secretCountMax} secrets, and no more can be kept.`,
    next: "alyx secrets remove makes room.",
  })
}
