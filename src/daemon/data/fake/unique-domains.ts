import type { Collection, Field, JsonValue } from "../../../schema/schema.ts"
import { uniqueSets } from "../seed/unique-sets.ts"
import type { FakeRandom } from "./fake-random.ts"

/** How many values a field has, and each by its number; null when they are too many to be counted. */
export interface FieldDomain {
  readonly size: number
  value(index: number): JsonValue
}

/** Sets with more combinations than this are drawn from at random: they hardly ever meet. */
const sizeMax = 2_000_000

/** A set of unique fields with so few combinations that they are gone through one after the other, in random order. */
export class UniqueDomain {
  readonly fields: readonly string[]
  readonly size: number
  /** A field of the set that may be null, so that the set never runs out. */
  readonly nullable: string | null
  readonly #domains: readonly FieldDomain[]
  readonly #factor: number
  readonly #offset: number
  #next = 0

  constructor(fields: readonly Field[], domains: readonly FieldDomain[], random: FakeRandom) {
    this.fields = fields.map(({ name }) => name)
    this.#domains = domains
    this.size = sizeOf(domains)
    this.nullable = fields.find(({ nullable, primary }) => nullable && !primary)?.name ?? null
    this.#offset = this.size === 0 ? 0 : random.int(0, this.size - 1)
    this.#factor = coprimeTo(random, this.size)
  }

  /** The next combination that was not given before; undefined when there is none. */
  take(): ReadonlyMap<string, JsonValue> | undefined {
    if (this.#next >= this.size) return undefined
    // Both are at most sizeMax, so that the product is exact.
    let index = (this.#next * this.#factor + this.#offset) % this.size
    this.#next += 1
    const values = new Map<string, JsonValue>()
    for (const [position, domain] of this.#domains.entries()) {
      values.set(this.fields[position]!, domain.value(index % domain.size))
      index = Math.floor(index / domain.size)
    }
    return values
  }
}

/** The unique sets of a collection that can be counted; those with the fewest combinations first. */
export function countedSets(
  collection: Collection,
  domainOf: (field: Field) => FieldDomain | null,
): readonly { readonly fields: readonly Field[]; readonly domains: readonly FieldDomain[]; readonly size: number }[] {
  return uniqueSets(collection)
    .flatMap((names) => {
      const fields = names.map((name) => collection.fields.get(name)!)
      const domains = fields.flatMap((field) => domainOf(field) ?? [])
      const size = sizeOf(domains)
      return domains.length === fields.length && size <= sizeMax ? [{ fields, domains, size }] : []
    })
    .toSorted((one, other) => one.size - other.size)
}

/** The domain of a field that references nothing; null when it is not counted. */
export function plainDomain(field: Field): FieldDomain | null {
  if (field.default?.kind === "auto") return null
  if (field.enum !== null) return listDomain(field.enum)
  if (field.type === "bool") return listDomain([false, true])
  if (field.type === "int" && field.min !== null && field.max !== null) {
    const from = Math.ceil(field.min)
    return { size: Math.max(0, Math.floor(field.max) - from + 1), value: (index) => from + index }
  }
  return shortTextDomain(field)
}

/** A domain of the values of a list. */
export function listDomain(values: readonly JsonValue[]): FieldDomain {
  return { size: values.length, value: (index) => values[index]! }
}

/** Letters and digits, where there is room for so few of them that random ones would meet. */
function shortTextDomain({ type, maxLength, pattern, format }: Field): FieldDomain | null {
  if ((type !== "string" && type !== "text") || maxLength === null || maxLength < 1 || maxLength > 4) return null
  if (pattern !== null || format !== null) return null
  return { size: 36 ** maxLength, value: (index) => index.toString(36).padStart(maxLength, "0") }
}

function sizeOf(domains: readonly FieldDomain[]): number {
  return domains.reduce((product, { size }) => product * size, 1)
}

function coprimeTo(random: FakeRandom, size: number): number {
  if (size < 3) return 1
  for (let factor = random.int(1, size - 1); ; factor = (factor % (size - 1)) + 1) {
    if (greatestDivisor(factor, size) === 1) return factor
  }
}

function greatestDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestDivisor(other, one % other)
}
