import type { StoredValue } from "./fields/field-type.ts"
import { storedValue } from "./fields/field-types.ts"
import type { Collection, Field } from "./schema.ts"

/** What the defaults of one create are made from. */
export interface DefaultSources {
  /** The time of the write as `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  readonly nowIso: string
  /** Makes a new UUIDv7. */
  readonly newId: () => string
}

/**
 * Completes the values of a create to a whole row, in the order of the fields: what the body leaves out takes its
 * default, or null. Only an int primary key with `auto` stays out, since SQLite counts it.
 */
export function applyDefaults(
  collection: Collection,
  values: ReadonlyMap<string, StoredValue>,
  sources: DefaultSources,
): Map<string, StoredValue> {
  const row = new Map<string, StoredValue>()
  for (const field of collection.fields.values()) {
    const value = values.get(field.name) ?? (values.has(field.name) ? null : defaultValue(field, sources))
    if (value !== undefined) row.set(field.name, value)
  }
  return row
}

/** The stored default of a field that a create leaves out; undefined when SQLite makes the value. */
export function defaultValue(field: Field, sources: DefaultSources): StoredValue | undefined {
  switch (field.default?.kind) {
    case undefined:
      return null
    case "literal":
      return storedValue(field, field.default.value) ?? null
    case "now":
      return sources.nowIso
    case "auto":
      return field.type === "int" ? undefined : sources.newId()
  }
}

/** Sets the fields with `onUpdate: now` to the time of the write, whatever the body says about them. */
export function updateTimestamps(
  collection: Collection,
  values: ReadonlyMap<string, StoredValue>,
  nowIso: string,
): Map<string, StoredValue> {
  const changed = new Map(values)
  for (const field of collection.fields.values()) if (field.updatedToNow) changed.set(field.name, nowIso)
  return changed
}
