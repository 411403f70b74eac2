import type { Dice } from "../../helpers/dice.ts"
import { stringify } from "yaml"

/** What the walk may put into a field. */
export type Value = string | number | boolean | null | { readonly n: number }

export type WalkType = "string" | "text" | "int" | "float" | "bool" | "timestamp" | "json"

/** A field as schema.yaml writes it. */
export interface WalkField {
  type: WalkType
  nullable?: boolean
  default?: string | number | boolean
  index?: boolean
  unique?: boolean
  maxLength?: number
  references?: string
  onDelete?: string
}

export interface WalkCollection {
  fields: Record<string, WalkField | { type: "uuid"; primary: true; default: "auto" } | WalkReference>
  indexes?: { name: string; fields: string[] }[]
  rules?: Record<string, string>
  timestamps: false
}

/** A reference to another collection's key. */
export interface WalkReference {
  type: "uuid"
  nullable: true
  references: string
  onDelete: "set null"
}

/** The data model, as written. */
export type WalkSchema = Record<string, WalkCollection>

export type WalkDocument = Record<string, Value>

/** The documents as they should be, by collection and id. */
export type WalkData = Map<string, Map<string, WalkDocument>>

export function schemaText(schema: WalkSchema, comment: string): string {
  return `# ${comment}\n${stringify({ collections: schema })}`
}

/** The fields that documents give: not the key, and no references. */
export function plainFields(collection: WalkCollection): [string, WalkField][] {
  return Object.entries(collection.fields).filter(([, field]) => field.type !== "uuid") as [string, WalkField][]
}

export function referenceFields(collection: WalkCollection): [string, WalkReference][] {
  return Object.entries(collection.fields).filter(([, field]) => "references" in field) as [string, WalkReference][]
}

let counter = 0

/** A value that fits a field and is like no other. */
export function valueFor(field: WalkField, dice: Dice): Value {
  if (field.nullable === true && dice.below(4) === 0) return null
  counter += 1
  return plainValue(field, counter)
}

export function plainValue(field: WalkField, n: number): Value {
  switch (field.type) {
    case "string":
    case "text":
      return `v${n}`.slice(0, field.maxLength ?? 20)
    case "int":
      return n
    case "float":
      return n + 0.25
    case "bool":
      return n % 2 === 0
    case "timestamp":
      return new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString()
    case "json":
      return { n }
  }
}

/** The default that a field may have, as YAML writes it. */
export function defaultFor(type: WalkType): string | number | boolean | undefined {
  switch (type) {
    case "string":
    case "text":
      return "usual"
    case "int":
      return 7
    case "float":
      return 1.5
    case "bool":
      return true
    case "timestamp":
    case "json":
      return undefined
  }
}
