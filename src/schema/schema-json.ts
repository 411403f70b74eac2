import { createHash } from "node:crypto"

import type { Collection, Field, Index, Rule, RuleOperation, Schema } from "./schema.ts"
import { ruleOperations } from "./schema.ts"

/** Grows when the form below changes so that older versions could not read it. */
export const schemaFormat = 1

/** A schema as JSON: canonical, without positions. What has its usual value is left out, so that a new option does not change the hash of schemas that do not use it. */
export interface SchemaJson {
  readonly format: number
  readonly collections: readonly CollectionJson[]
}

/** A collection of SchemaJson. */
export interface CollectionJson {
  readonly name: string
  readonly fields: readonly FieldJson[]
  readonly indexes?: readonly Omit<Index, "at">[]
  readonly rules?: { readonly [operation in RuleOperation]?: string }
  readonly readInMemory?: true
}

/** A field of SchemaJson. */
export type FieldJson = Pick<Field, "name" | "type"> &
  Partial<Omit<Field, "name" | "type" | "rules" | "at">> & {
    readonly rules?: { readonly read?: string; readonly write?: string }
  }

/** Writes a schema as canonical JSON: equal schemas give equal text. */
export function schemaToJson(schema: Schema): SchemaJson {
  return { format: schemaFormat, collections: [...schema.collections.values()].map(collectionToJson) }
}

function collectionToJson(collection: Collection): CollectionJson {
  const rules = ruleOperations.flatMap((operation) => {
    const rule = collection.rules[operation]
    return rule === null ? [] : [[operation, rule.expression] as const]
  })
  return {
    name: collection.name,
    fields: [...collection.fields.values()].map(fieldToJson),
    ...(collection.indexes.length > 0 && {
      indexes: collection.indexes.map(({ name, fields, unique }) => ({
        name,
        fields: fields.map((field) => ({ name: field.name, order: field.order })),
        unique,
      })),
    }),
    ...(rules.length > 0 && { rules: Object.fromEntries(rules) }),
    ...(collection.readInMemory && { readInMemory: true as const }),
  }
}

/** Writes one field; what has its usual value is left out. */
export function fieldToJson(field: Field): FieldJson {
  const { name, type, rules, at: _, ...options } = field
  const given = Object.entries(options).filter(([, value]) => value !== null && value !== false)
  const read = rules.read === null ? {} : { read: rules.read.expression }
  const write = rules.write === null ? {} : { write: rules.write.expression }
  const withRules = rules.read === null && rules.write === null ? {} : { rules: { ...read, ...write } }
  return { name, type, ...Object.fromEntries(given), ...withRules }
}

/** The hash of Schema: of the canonical JSON with collections and indexes sorted and rules' white space folded. */
export function hashCollections(collections: readonly Collection[]): string {
  const canonical = collections
    .map(collectionToJson)
    .toSorted(byName)
    .map((collection) => ({
      ...collection,
      ...(collection.indexes && { indexes: collection.indexes.toSorted(byName) }),
      ...(collection.rules && { rules: foldRules(collection.rules) }),
      fields: collection.fields.map((field) => (field.rules ? { ...field, rules: foldRules(field.rules) } : field)),
    }))
  return createHash("sha256")
    .update(JSON.stringify([schemaFormat, canonical]))
    .digest("hex")
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

function foldRules(rules: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(rules).map(([operation, rule]) => [operation, foldWhiteSpace(rule)]))
}

/** Folds white space outside of string literals: `'a  b'` keeps its two spaces. */
export function foldWhiteSpace(expression: string): string {
  const parts = expression.match(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\s+|[^\s'"]+|['"]/gs) ?? []
  return parts
    .map((part) => (part.trim() === "" ? " " : part))
    .join("")
    .trim()
}

/** Tells whether two rules mean the same to the eye. */
export function sameRule(a: Rule | null, b: Rule | null): boolean {
  return (a === null ? null : foldWhiteSpace(a.expression)) === (b === null ? null : foldWhiteSpace(b.expression))
}
