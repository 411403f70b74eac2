import { alyxError } from "../../../errors.ts"
import { nearestWord } from "../../../lib/nearest-word.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import { countOf } from "./count-words.ts"
import type { Collection, Field, Schema } from "../../../schema/schema.ts"
import { sqlQuery } from "../../storage/database.ts"
import type { Reader } from "../../storage/database.ts"
import { collectionOrder } from "../collection-order.ts"
import { countedSets, plainDomain } from "./unique-domains.ts"
import type { FieldDomain } from "./unique-domains.ts"

/** What is to be shared out. */
export interface ShareRequest {
  readonly schema: Schema
  readonly reader: Reader
  readonly count: number
  /** All when null. */
  readonly collections: readonly string[] | null
}

/** How many more documents a collection can have, and why no more. */
interface Room {
  readonly count: number
  readonly reason: string
}

/**
 * Shares documents out among collections: equally, and what one has no room for to the others. Collections that others
 * point to come first. Throws FAKE_IMPOSSIBLE when there is no room for all.
 */
export function fakeShares(request: ShareRequest): ReadonlyMap<string, number> {
  const { schema, count } = request
  const wanted = new Set(request.collections ?? schema.collections.keys())
  for (const name of wanted) requireCollection(schema, name)
  const names = collectionOrder(schema).filter((name) => wanted.has(name))
  const shares = new Map(names.map((name) => [name, 0]))
  const rooms = new RoomFinder(request, shares)
  let open = names
  let rest = count
  while (rest > 0 && open.length > 0) {
    shareEqually(shares, open, rest)
    // In order, so that the parents of a collection are known when its room is.
    const full = new Set(names.filter((name) => rooms.cut(name)))
    rest = count - [...shares.values()].reduce((sum, share) => sum + share, 0)
    open = open.filter((name) => !full.has(name))
  }
  if (rest > 0)
    throw noRoom(
      request,
      count - rest,
      names.map((name) => rooms.reasonOf(name)),
    )
  return shares
}

function shareEqually(shares: Map<string, number>, names: readonly string[], count: number): void {
  for (const [index, name] of names.entries()) {
    const more = Math.floor(count / names.length) + (index < count % names.length ? 1 : 0)
    shares.set(name, shares.get(name)! + more)
  }
}

/** Knows how many documents there are, and how many more there can be. */
class RoomFinder {
  readonly #request: ShareRequest
  readonly #shares: Map<string, number>
  readonly #present = new Map<string, number>()

  constructor(request: ShareRequest, shares: Map<string, number>) {
    this.#request = request
    this.#shares = shares
  }

  /** Takes back what there is no room for; tells whether the collection is full. */
  cut(name: string): boolean {
    const { count } = this.#roomOf(name)
    if (this.#shares.get(name)! < count) return false
    this.#shares.set(name, Math.max(0, count))
    return true
  }

  reasonOf(name: string): string {
    return this.#roomOf(name).reason
  }

  #roomOf(name: string): Room {
    const collection = this.#request.schema.collections.get(name)!
    const rooms = [...this.#parentRooms(collection), ...this.#uniqueRooms(collection)]
    return rooms.reduce<Room>((least, room) => (room.count < least.count ? room : least), {
      count: Infinity,
      reason: "",
    })
  }

  /** Without a parent there is no document that must have one. */
  *#parentRooms({ name, fields }: Collection): Generator<Room> {
    for (const { name: field, nullable, references } of fields.values()) {
      if (references === null || nullable || references.collection === name) continue
      if (this.#total(references.collection) > 0) continue
      yield { count: 0, reason: `${name}.${field} needs a document of ${references.collection}, and there is none.` }
    }
  }

  *#uniqueRooms(collection: Collection): Generator<Room> {
    for (const { fields, size } of countedSets(collection, (field) => this.#domainOf(field))) {
      if (fields.some(({ nullable, primary }) => nullable && !primary)) continue
      const names = fields.map(({ name }) => name)
      const taken = this.#taken(collection, fields)
      const what = `${collection.name}.${names.join(" with ")}`
      const reason = `${what} is unique and has ${countOf(size, "possible value")}, ${taken === 0 ? "none" : taken} of them taken.`
      yield { count: Math.max(0, size - taken), reason }
    }
  }

  #domainOf(field: Field): FieldDomain | null {
    if (field.references === null) return plainDomain(field)
    return { size: this.#total(field.references.collection), value: () => null }
  }

  #total(name: string): number {
    return this.#countPresent(name, `SELECT count(*) AS n FROM ${quoteName(name)}`) + (this.#shares.get(name) ?? 0)
  }

  #taken(collection: Collection, fields: readonly Field[]): number {
    const given = fields.map(({ name }) => `${quoteName(name)} IS NOT NULL`).join(" AND ")
    const sql = `SELECT count(*) AS n FROM ${quoteName(collection.name)} WHERE ${given}`
    return this.#countPresent(`${collection.name} ${given}`, sql)
  }

  #countPresent(id: string, sql: string): number {
    let count = this.#present.get(id)
    if (count === undefined) this.#present.set(id, (count = this.#request.reader.get(sqlQuery<{ n: number }>(sql))!.n))
    return count
  }
}

function requireCollection(schema: Schema, name: string): void {
  if (schema.collections.has(name)) return
  const nearest = nearestWord(name, schema.collections.keys())
  throw alyxError("COLLECTION_NOT_FOUND", {
    message: `There is no collection ${JSON.stringify(name.slice(0, 100))}.`,
    ...(nearest !== undefined && { next: `Did you mean ${nearest}?` }),
  })
}

function noRoom({ count }: ShareRequest, possible: number, reasons: readonly string[]): Error {
  const told = reasons.filter((reason) => reason !== "").join(" ")
  return alyxError("FAKE_IMPOSSIBLE", {
    message: `${countOf(count, "document")} cannot be made up: ${possible} more ${possible === 1 ? "is" : "are"} possible. ${told}`,
    next: possible === 0 ? "Name the collections that they need as well." : `Ask for ${possible} at most.`,
    details: { possible },
  })
}
