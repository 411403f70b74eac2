import type { Dice } from "../../helpers/dice.ts"
import type { Value, WalkCollection, WalkData, WalkDocument, WalkField, WalkSchema, WalkType } from "./model.ts"
import { defaultFor, plainFields, plainValue, referenceFields } from "./model.ts"

/** One edit of the person: what is written, and what becomes of the documents when it holds. */
export interface Edit {
  readonly what: string
  readonly schema: WalkSchema
  /** What a migration file has to say; null when the difference is safe. */
  readonly operations: readonly object[] | null
  readonly change: (data: WalkData) => void
}

const types: readonly WalkType[] = ["string", "text", "int", "float", "bool", "timestamp", "json"]

/** Makes an edit of a copy of the schema; undefined when this kind does not fit. */
type EditMaker = (schema: WalkSchema, dice: Dice, fresh: (word: string) => string) => Edit | undefined

export const safeEdits: readonly EditMaker[] = [
  (schema, dice, fresh) => {
    const [name, collection] = anyCollection(schema, dice)
    const field = fresh("f")
    const type = dice.pick(types)
    collection.fields[field] = { type, nullable: true, ...(type !== "json" && dice.below(2) === 0 && { index: true }) }
    return safe(
      `add ${name}.${field}`,
      schema,
      eachDocument(name, (document) => void (document[field] = null)),
    )
  },
  (schema, dice, fresh) => {
    const [name, collection] = anyCollection(schema, dice)
    const type = dice.pick(types)
    const value = defaultFor(type)
    if (value === undefined) return undefined
    const field = fresh("d")
    collection.fields[field] = { type, default: value }
    return safe(
      `add ${name}.${field} = ${value}`,
      schema,
      eachDocument(name, (document) => void (document[field] = value)),
    )
  },
  (schema, dice, fresh) => {
    const name = fresh("c")
    const [target] = anyCollection(schema, dice)
    schema[name] = newCollection()
    if (dice.below(2) === 0) {
      schema[name].fields["parent_id"] = {
        type: "uuid",
        nullable: true,
        references: `${target}.id`,
        onDelete: "set null",
      }
    }
    return safe(`add ${name}`, schema, (data) => void data.set(name, new Map()))
  },
  (schema, dice) => {
    const [name, collection] = anyCollection(schema, dice)
    const [field, definition] = dice.pick(plainFields(collection))
    if (definition.type === "json") return undefined
    if (definition.index === true) delete definition.index
    else definition.index = true
    return safe(`toggle the index of ${name}.${field}`, schema)
  },
  (schema, dice, fresh) => {
    const [name, collection] = anyCollection(schema, dice)
    const indexes = (collection.indexes ??= [])
    if (indexes.length > 0 && dice.below(2) === 0) indexes.pop()
    else {
      const fields = plainFields(collection).filter(([, { type }]) => type !== "json")
      const first = dice.pick(fields)[0]
      const second = dice.pick(fields)[0]
      indexes.push({ name: fresh("by"), fields: first === second ? [first] : [first, second] })
    }
    return safe(`change the indexes of ${name}`, schema)
  },
  (schema, dice, fresh) => {
    const [name, collection] = anyCollection(schema, dice)
    collection.rules = { read: `"${fresh("r")}" != ""` }
    return safe(`change the rules of ${name}`, schema)
  },
  (schema, dice) => {
    const found = anyField(schema, dice, ({ maxLength, nullable }) => maxLength !== undefined || nullable !== true)
    if (found === undefined) return undefined
    if (found.definition.maxLength === undefined) found.definition.nullable = true
    else delete found.definition.maxLength
    return safe(`loosen ${found.label}`, schema)
  },
  (schema, dice) => {
    const found = anyField(schema, dice, ({ type }) => type === "string" || type === "text")
    if (found === undefined) return undefined
    found.definition.type = found.definition.type === "string" ? "text" : "string"
    return safe(`widen ${found.label}`, schema)
  },
  (schema, dice) => {
    const found = anyField(schema, dice, ({ type }) => type === "int")
    if (found === undefined) return undefined
    found.definition.default = 1_000 + dice.below(1_000)
    return safe(`change the default of ${found.label}`, schema)
  },
]

export const unsafeEdits: readonly EditMaker[] = [
  (schema, dice) => {
    const [collection, definition] = anyCollection(schema, dice)
    const fields = plainFields(definition)
    if (fields.length < 2) return undefined
    const [field] = dice.pick(fields)
    delete definition.fields[field]
    withoutField(definition, field)
    const change = eachDocument(collection, (document) => void delete document[field])
    return unsafe(`drop ${collection}.${field}`, schema, [{ type: "drop_field", collection, field }], change)
  },
  (schema, dice, fresh) => {
    const [collection, definition] = anyCollection(schema, dice)
    const [from] = dice.pick(plainFields(definition))
    const to = fresh("n")
    definition.fields = renameKey(definition.fields, from, to)
    for (const index of definition.indexes ?? []) index.fields = index.fields.map((name) => (name === from ? to : name))
    const change = eachDocument(collection, (document) => {
      document[to] = document[from]!
      delete document[from]
    })
    const operations = [{ type: "rename_field", collection, from, to }]
    return unsafe(`rename ${collection}.${from} to ${to}`, schema, operations, change)
  },
  (schema, dice) => {
    if (Object.keys(schema).length < 3) return undefined
    const [collection] = anyCollection(schema, dice)
    if (isReferenced(schema, collection)) return undefined
    delete schema[collection]
    const change = (data: WalkData): void => void data.delete(collection)
    return unsafe(`drop ${collection}`, schema, [{ type: "drop_collection", collection }], change)
  },
  (schema, dice, fresh) => {
    const [from] = anyCollection(schema, dice)
    const to = fresh("m")
    const renamed = renameKey(schema, from, to)
    for (const definition of Object.values(renamed)) {
      for (const [, field] of referenceFields(definition)) {
        if (field.references === `${from}.id`) field.references = `${to}.id`
      }
    }
    const change = (data: WalkData): void => {
      data.set(to, data.get(from)!)
      data.delete(from)
    }
    return unsafe(`rename ${from} to ${to}`, renamed, [{ type: "rename_collection", from, to }], change)
  },
  (schema, dice) => {
    const found = anyField(schema, dice, ({ type, default: value }) => type === "int" && value === undefined)
    if (found === undefined) return undefined
    const { collection, field, definition, label } = found
    definition.type = "string"
    const change = eachDocument(collection, (document) => {
      const value = document[field]!
      document[field] = typeof value === "number" ? String(value) : null
    })
    const operations = [{ type: "change_type", collection, field, to: "string" }]
    return unsafe(`make ${label} a string`, schema, operations, change)
  },
  (schema, dice) => {
    const found = anyField(schema, dice, isText)
    if (found === undefined) return undefined
    const { collection, field, definition, label } = found
    definition.type = "int"
    const change = eachDocument(collection, (document) => {
      const value = document[field]!
      document[field] = value === null ? null : (value as string).length
    })
    const operations = [{ type: "change_type", collection, field, to: "int", using: `length("${field}")` }]
    return unsafe(`make ${label} an int`, schema, operations, change)
  },
  (schema, dice) => {
    const found = anyField(schema, dice, ({ nullable }) => nullable === true)
    if (found === undefined) return undefined
    const { collection, field, definition, label } = found
    delete definition.nullable
    const fill = plainValue(definition, 3)
    const change = eachDocument(collection, (document) => void (document[field] ??= fill))
    const operations = [{ type: "set_nullable", collection, field, nullable: false, fill }]
    return unsafe(`require ${label}`, schema, operations, change)
  },
  (schema, dice) => {
    const found = anyField(schema, dice, isText)
    if (found === undefined) return undefined
    const { collection, field, definition, label } = found
    definition.maxLength = 3
    const change = eachDocument(collection, (document) => {
      const value = document[field]!
      if (value !== null && (value as string).length > 3) document[field] = "cut"
    })
    const operations = [{ type: "set_constraints", collection, field, set: { maxLength: 3 }, fill: "cut" }]
    return unsafe(`shorten ${label}`, schema, operations, change)
  },
  (schema, dice, fresh) => {
    const [collection, definition] = anyCollection(schema, dice)
    const field = fresh("q")
    const type = dice.pick(types)
    definition.fields[field] = { type }
    const fill = plainValue({ type }, 4)
    const change = eachDocument(collection, (document) => void (document[field] = fill))
    const operations = [{ type: "add_field", collection, field, definition: { type }, fill }]
    return unsafe(`add required ${collection}.${field}`, schema, operations, change)
  },
]

/** Texts that are no schema. */
export function brokenText(text: string, dice: Dice): string {
  return dice.pick([
    `${text}\n  : [`,
    text.replace(/type: \w+/, "type: strng"),
    text.replace(/fields:/, "feilds:"),
    `${text}\nmore: 1\n`,
    text.replace("collections:", "collections: nonsense #"),
  ])
}

export function newCollection(): WalkCollection {
  return {
    fields: { id: { type: "uuid", primary: true, default: "auto" }, label: { type: "string" }, size: { type: "int" } },
    timestamps: false,
  }
}

function safe(what: string, schema: WalkSchema, change: Edit["change"] = () => undefined): Edit {
  return { what, schema, operations: null, change }
}

function unsafe(what: string, schema: WalkSchema, operations: readonly object[], change: Edit["change"]): Edit {
  return { what, schema, operations, change }
}

function anyCollection(schema: WalkSchema, dice: Dice): [string, WalkCollection] {
  return dice.pick(Object.entries(schema))
}

function anyField(
  schema: WalkSchema,
  dice: Dice,
  fits: (field: WalkField) => boolean,
): { collection: string; field: string; definition: WalkField; label: string } | undefined {
  const all = Object.entries(schema).flatMap(([collection, definition]) =>
    plainFields(definition).map(([field, options]) => ({
      collection,
      field,
      definition: options,
      label: `${collection}.${field}`,
    })),
  )
  const fitting = all.filter(({ definition }) => fits(definition))
  return fitting.length === 0 ? undefined : dice.pick(fitting)
}

function eachDocument(collection: string, change: (document: WalkDocument) => void): Edit["change"] {
  return (data) => {
    for (const document of data.get(collection)!.values()) change(document)
  }
}

function isText({ type, default: value, maxLength }: WalkField): boolean {
  return (type === "string" || type === "text") && value === undefined && maxLength === undefined
}

function isReferenced(schema: WalkSchema, collection: string): boolean {
  return Object.values(schema).some((definition) =>
    referenceFields(definition).some(([, { references }]) => references === `${collection}.id`),
  )
}

function withoutField(definition: WalkCollection, field: string): void {
  if (definition.indexes === undefined) return
  for (const index of definition.indexes) index.fields = index.fields.filter((name) => name !== field)
  definition.indexes = definition.indexes.filter(({ fields }) => fields.length > 0)
}

function renameKey<Entry>(entries: Record<string, Entry>, from: string, to: string): Record<string, Entry> {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name === from ? to : name, value]))
}

export type { Value }
