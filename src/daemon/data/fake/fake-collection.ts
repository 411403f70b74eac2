import { alyxError, isAlyxError } from "../../../errors.ts"
import type { AlyxError } from "../../../errors.ts"
import type { Field, JsonValue } from "../../../schema/schema.ts"
import type { CollectionPlan } from "../../records/collection-plan.ts"
import { validateCreate } from "../../records/validate.ts"
import { insertRow } from "../../records/write-record.ts"
import type { Transaction } from "../../storage/database.ts"
import { wireValue } from "../../../schema/fields/field-types.ts"
import { uniqueSets } from "../seed/unique-sets.ts"
import type { FakeRandom } from "./fake-random.ts"
import { fakeYearEndMs } from "./fake-random.ts"
import { FieldValues } from "./field-value.ts"
import { momentsOf } from "./moments.ts"
import type { Moments } from "./moments.ts"
import { pickParent } from "./parent-pools.ts"
import type { ParentPools } from "./parent-pools.ts"
import { countedSets, listDomain, plainDomain, UniqueDomain } from "./unique-domains.ts"

/** How many fields that may be null are. */
const nullShare = 0.15

/** So often another document is made in place of one whose unique values somebody has. */
const tryCountMax = 200

/** Makes the documents of one collection up, one after the other. */
export class FakeCollection {
  readonly #plan: CollectionPlan
  readonly #random: FakeRandom
  readonly #pools: ParentPools
  readonly #values: ReadonlyMap<string, FieldValues>
  readonly #domains: readonly UniqueDomain[]
  /** Fields that tell documents apart: they are not made null at random. */
  readonly #unique: ReadonlySet<string>

  constructor(plan: CollectionPlan, random: FakeRandom, pools: ParentPools) {
    const { collection } = plan
    this.#plan = plan
    this.#random = random
    this.#pools = pools
    this.#values = new Map(
      [...collection.fields].map(([name, field]) => [name, new FieldValues(field, collection.name)]),
    )
    this.#unique = new Set(uniqueSets(collection).flat())
    this.#domains = this.#apart()
  }

  /** Writes one more document. */
  write(transaction: Transaction, { position, count }: { readonly position: number; readonly count: number }): void {
    const { collection, key } = this.#plan
    const moments = momentsOf(this.#random, position, count)
    const taken = new Map(this.#domains.map((domain) => [domain, this.#take(domain)]))
    for (let attempt = 0; ; attempt += 1) {
      const body = this.#body(moments, attempt, taken)
      try {
        const values = validateCreate(this.#plan, Object.fromEntries(body))
        const id = insertRow(transaction, { plan: this.#plan, values, nowMs: fakeYearEndMs })
        body.set(key.name, wireValue(key, id))
        this.#pools.add(collection.name, body)
        return
      } catch (error) {
        if (!isAlyxError(error, "UNIQUE_CONFLICT")) throw error
        const fields = conflictFields(error)
        const domain = this.#domains.find((each) => each.fields.join() === fields.join())
        if (domain !== undefined) taken.set(domain, this.#take(domain))
        else if (attempt >= tryCountMax) throw exhausted(collection.name, fields)
      }
    }
  }

  /** Sets of fields that share no field with one before: each is gone through on its own. */
  #apart(): readonly UniqueDomain[] {
    const seen = new Set<string>()
    const domains: UniqueDomain[] = []
    const sets = countedSets(this.#plan.collection, (field) =>
      field.references === null ? plainDomain(field) : listDomain(this.#pools.of(field)),
    )
    for (const { fields, domains: own } of sets) {
      if (fields.some(({ name, references }) => seen.has(name) || this.#pointsToItself(references))) continue
      for (const { name } of fields) seen.add(name)
      domains.push(new UniqueDomain(fields, own, this.#random))
    }
    return domains
  }

  /** Its parents grow as its documents are written. */
  #pointsToItself(references: Field["references"]): boolean {
    return references?.collection === this.#plan.collection.name
  }

  #take(domain: UniqueDomain): ReadonlyMap<string, JsonValue> {
    const values = domain.take()
    if (values !== undefined) return values
    if (domain.nullable !== null) return new Map([[domain.nullable, null]])
    throw exhausted(this.#plan.collection.name, domain.fields)
  }

  #body(
    moments: Moments,
    attempt: number,
    taken: ReadonlyMap<UniqueDomain, ReadonlyMap<string, JsonValue>>,
  ): Map<string, JsonValue> {
    const body = new Map<string, JsonValue>()
    for (const values of taken.values()) for (const [name, value] of values) body.set(name, value)
    for (const field of this.#plan.collection.fields.values()) {
      if (body.has(field.name) || isCounted(field)) continue
      const value = this.#value(field, moments, attempt)
      if (value !== undefined) body.set(field.name, value)
    }
    return body
  }

  /** Undefined leaves the field to its default. */
  #value(field: Field, moments: Moments, attempt: number): JsonValue | undefined {
    const mayBeNull = field.nullable && !field.primary
    if (mayBeNull && !this.#unique.has(field.name) && this.#random.chance(nullShare)) return null
    if (field.references !== null) {
      const pool = this.#pools.of(field)
      if (pool.length > 0) return pickParent(this.#random, pool)
    } else {
      const value = this.#values.get(field.name)!.make({ random: this.#random, moments, attempt })
      if (value !== undefined) return value
    }
    if (mayBeNull) return null
    if (field.default !== null) return undefined
    throw nothingFits(this.#plan.collection.name, field)
  }
}

function isCounted(field: Field): boolean {
  return field.default?.kind === "auto" && field.type === "int"
}

function conflictFields(error: AlyxError): readonly string[] {
  const fields = error.details?.["fields"]
  return Array.isArray(fields) ? fields.map(String) : []
}

function exhausted(collection: string, fields: readonly string[]): AlyxError {
  return alyxError("FAKE_IMPOSSIBLE", {
    message: `No further values of ${collection}.${fields.join(" with ")} were found, which must be unique. Nothing was written.`,
    next: "Ask for fewer documents, or let the field hold more values.",
  })
}

function nothingFits(collection: string, field: Field): AlyxError {
  const what =
    field.references === null
      ? "No value could be made up that the field takes"
      : `There is no document of ${field.references.collection} to point to`
  return alyxError("FAKE_IMPOSSIBLE", {
    message: `${collection}.${field.name}: ${what}. Nothing was written.`,
    next: `Give the field a default, or seed ${collection} from a file.`,
  })
}
