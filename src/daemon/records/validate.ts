import { alyxError } from "../../errors.ts"
import type { DocumentProblem, DocumentResult } from "../../schema/document.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import { storedValue } from "../../schema/fields/field-types.ts"
import type { CollectionPlan } from "./collection-plan.ts"

/** The stored values of a body, by field. */
export type Values = ReadonlyMap<string, StoredValue>

/** Judges the body of a create; throws VALIDATION_ERROR with everything that is wrong. */
export function validateCreate(plan: CollectionPlan, body: unknown): Values {
  return valuesOf(plan.validator.create(body))
}

/**
 * Judges the body of an update. It may repeat the primary key that it changes, so that a document that was read can be
 * sent back whole.
 */
export function validateUpdate(plan: CollectionPlan, storedId: StoredValue, body: unknown): Values {
  const name = plan.key.name
  if (typeof body !== "object" || body === null || !Object.hasOwn(body, name)) {
    return valuesOf(plan.validator.update(body))
  }
  const { [name]: id, ...rest } = body as Record<string, unknown>
  return valuesOf(plan.validator.update(isSameKey(storedValue(plan.key, id), storedId) ? rest : body))
}

/** Judges the body of an update that must not name the primary key at all. */
export function validateKeyless(plan: CollectionPlan, body: unknown): Values {
  return valuesOf(plan.validator.update(body))
}

/** Compares keys as they are stored, so that no spelling counts. */
function isSameKey(one: StoredValue | undefined, other: StoredValue): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0
  return one === other
}

function valuesOf(result: DocumentResult): Values {
  if (result.ok) return result.values
  const { problems } = result
  throw alyxError("VALIDATION_ERROR", {
    message:
      problems.length === 1
        ? problems[0]!.message
        : `The body has ${problems.length} problems; the first: ${problems[0]!.message}`,
    details: { fields: problemsByField(problems) },
  })
}

function problemsByField(problems: readonly DocumentProblem[]): object {
  const byField = new Map<string, { code: string; message: string }[]>()
  for (const { field, code, message } of problems) {
    byField.set(field, [...(byField.get(field) ?? []), { code, message }])
  }
  // Not by assignment: a field of the body may be called __proto__.
  return Object.fromEntries(byField)
}
