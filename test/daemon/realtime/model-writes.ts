import type { DatabaseSync, SQLInputValue } from "node:sqlite"

import { isAlyxError } from "../../../src/errors.ts"
import type { TestRecords } from "../records/open-records.ts"
import type { Dice } from "../../helpers/dice.ts"
import { modelKeys, modelReferences, modelValues } from "./model-schema.ts"

const collections = ["teams", "people", "people", "notes", "notes", "notes", "notes", "notes"]

const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  teams: ["name", "size", "open", "owner"],
  people: ["name", "score", "secret", "open", "owner", "team_id"],
  notes: ["label", "n", "at", "tags", "data", "open", "owner", "person_id", "reviewer_id", "parent_id"],
}

/** Dice writes, as a client makes them and as another program does. */
export class ModelWrites {
  readonly #records: TestRecords
  readonly #other: DatabaseSync
  readonly #random: Dice
  /** Writes that were not refused. */
  count = 0

  constructor(parts: { readonly records: TestRecords; readonly other: DatabaseSync; readonly random: Dice }) {
    this.#records = parts.records
    this.#other = parts.other
    this.#random = parts.random
  }

  /** Documents to begin with. */
  async fill(): Promise<void> {
    for (const collection of ["teams", "people", "notes"]) {
      for (const id of modelKeys[collection]!) {
        const body = { id, ...this.#values(collection, true) }
        await this.#unlessRefused(async () => void (await this.#records.create(collection, body)))
      }
    }
    this.count = 0
  }

  /** One request: a create, an update, a delete or a batch. */
  async request(): Promise<void> {
    const random = this.#random
    const collection = random.pick(collections)
    const id = random.pick(modelKeys[collection]!)
    await this.#unlessRefused(async () => {
      switch (random.below(8)) {
        case 0:
        case 1:
        case 2:
          await this.#records.create(collection, { id, ...this.#values(collection, true) })
          break
        case 3:
        case 4:
        case 5:
          await this.#records.update(collection, String(id), this.#values(collection, false))
          break
        case 6:
          await this.#records.delete(collection === "teams" ? "notes" : collection, String(id))
          break
        default:
          await this.#records.batch(Array.from({ length: 1 + random.below(4) }, () => this.#operation()))
      }
    })
  }

  /** One commit of another program, of which the log then may no longer know what was before. */
  foreign(): void {
    this.#write()
    if (this.#random.below(8) !== 0) return
    this.#other.exec("UPDATE _alyx_changes SET before = NULL WHERE seq = (SELECT max(seq) FROM _alyx_changes)")
  }

  #write(): void {
    const random = this.#random
    const collection = random.pick(collections)
    const id = random.pick(modelKeys[collection]!)
    const values = this.#values(collection, random.below(2) === 0)
    const names = Object.keys(values)
    const stored = names.map((name) => storedForm(values[name]))
    try {
      switch (random.below(6)) {
        case 0:
        case 1:
          if (names.length === 0) return
          this.#run(`UPDATE ${collection} SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE id = ?`, [
            ...stored,
            id,
          ])
          break
        case 2:
          this.#run(
            `INSERT INTO ${collection} (id, ${["open", ...names.filter((name) => name !== "open")].join(", ")}) ` +
              `VALUES (?, ?${", ?".repeat(names.filter((name) => name !== "open").length)})`,
            [
              id,
              storedForm(values["open"] ?? false),
              ...names.filter((name) => name !== "open").map((name) => storedForm(values[name])),
            ],
          )
          break
        case 3:
          this.#run(`DELETE FROM ${collection} WHERE id = ?`, [id])
          break
        case 4:
          this.#run(`UPDATE ${collection} SET open = 1 - open WHERE owner IS ?`, [random.pick(["u1", "u2", null])])
          break
        default:
          this.#run(`UPDATE ${collection} SET id = ? WHERE id = ?`, [random.pick(modelKeys[collection]!), id])
      }
    } catch (error) {
      if (!(error instanceof Error && "errcode" in error)) throw error
    }
  }

  #run(sql: string, values: readonly SQLInputValue[]): void {
    if (Number(this.#other.prepare(sql).run(...values).changes) > 0) this.count += 1
  }

  #operation(): object {
    const random = this.#random
    const collection = random.pick(collections)
    const id = random.pick(modelKeys[collection]!)
    const op = random.pick(["create", "update", "delete"])
    if (op === "create") return { op, collection, data: { id, ...this.#values(collection, true) } }
    return op === "delete"
      ? { op, collection, id: String(id) }
      : { op, collection, id: String(id), data: this.#values(collection, false) }
  }

  #values(collection: string, isWhole: boolean): Record<string, unknown> {
    const random = this.#random
    const values: Record<string, unknown> = {}
    for (const name of fieldsOf[collection] ?? []) {
      if (!isWhole && random.below(3) !== 0) continue
      const target = modelReferences[name]
      if (target === undefined) values[name] = random.pick(modelValues[name]!)
      else if (name === "person_id" || random.below(2) === 0) values[name] = random.pick(modelKeys[target]!)
    }
    return values
  }

  async #unlessRefused(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.count += 1
    } catch (error) {
      if (!isAlyxError(error)) throw error
    }
  }
}

function storedForm(value: unknown): SQLInputValue {
  if (typeof value === "boolean") return value ? 1 : 0
  if (Array.isArray(value)) return JSON.stringify(value)
  return value === "AAEC" || value === "AAED" ? Buffer.from(value, "base64") : (value as SQLInputValue)
}
