import { fieldIndexName } from "../names.ts"
import type { Collection, Field, Rule, Schema } from "../schema.ts"
import { ruleOperations } from "../schema.ts"
import { referencesTo } from "./schema-edit.ts"

/** Something that mentions what a change touches. */
export interface SchemaMention {
  readonly kind: "rule" | "index" | "relation"
  /** "read rule of posts", "index by_title of posts", "comments.post_id". */
  readonly label: string
}

/** A field, or a whole collection. */
export interface Touched {
  readonly collection: string
  readonly field: string | null
}

/** What else of a schema speaks of a field, or hangs on a collection: its rules, indexes, and references both ways. */
export function mentionsOf(schema: Schema, { collection: name, field }: Touched): readonly SchemaMention[] {
  const collection = schema.collections.get(name)
  if (collection === undefined) return []
  const mentions = [
    ...rulesOf(collection)
      .filter(({ rule }) => field === null || mentionsField(rule.expression, field))
      .map(({ label }): SchemaMention => ({ kind: "rule", label })),
    ...indexLabels(collection, field).map((label): SchemaMention => ({ kind: "index", label })),
    ...relationLabels(schema, collection, field).map((label): SchemaMention => ({ kind: "relation", label })),
  ]
  return mentions
}

/** Rules of other collections see only their own documents. */
function rulesOf(collection: Collection): readonly { readonly rule: Rule; readonly label: string }[] {
  const own = ruleOperations.map((operation) => ({
    rule: collection.rules[operation],
    label: `${operation} rule of ${collection.name}`,
  }))
  const ofFields = [...collection.fields.values()].flatMap((field) =>
    (["read", "write"] as const).map((operation) => ({
      rule: field.rules[operation],
      label: `${operation} rule of ${collection.name}.${field.name}`,
    })),
  )
  return [...own, ...ofFields].flatMap(({ rule, label }) => (rule === null ? [] : [{ rule, label }]))
}

/** What holds the document in a rule. */
const documents = ["doc", "old", "new"]

/** Strings (raw, tripled and plain), comments, words, and single characters; white space is left out. */
const tokenRegExp =
  /[rRbB]*(?:"""[^]*?"""|'''[^]*?''')|[rR][bB]?(?:"[^"]*"|'[^']*')|[bB]?(?:"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*')|\/\/[^\n]*|[A-Za-z_][A-Za-z0-9_]*|[^\s]/g

/** Tells whether a rule reads a field: as doc.field, or as doc["field"]; never by a word inside of a string. */
export function mentionsField(expression: string, field: string): boolean {
  const tokens = (expression.match(tokenRegExp) ?? []).filter((token) => !token.startsWith("//"))
  return tokens.some((token, position) => {
    if (!documents.includes(token) || tokens[position - 1] === ".") return false
    const [access, name, after] = tokens.slice(position + 1, position + 4)
    if (access === ".") return (name === "?" ? after : name) === field
    return access === "[" && (name === `"${field}"` || name === `'${field}'`)
  })
}

function indexLabels(collection: Collection, field: string | null): readonly string[] {
  const own = [...collection.fields.values()]
    .filter((each) => (each.index || each.unique) && !each.primary && (field === null || each.name === field))
    .map((each) => fieldIndexName(collection.name, each))
  const declared = collection.indexes
    .filter((index) => field === null || index.fields.some(({ name }) => name === field))
    .map((index) => index.name)
  return [...own, ...declared].map((name) => `index ${name} of ${collection.name}`)
}

/** Fields that point here by their names; for a field that points elsewhere what it points to. */
function relationLabels(schema: Schema, collection: Collection, field: string | null): readonly string[] {
  const here = referencesTo(schema, collection.name, field).map(([each, { name }]) => `${each.name}.${name}`)
  const pointing = [...collection.fields.values()].filter((each) => each.references !== null)
  const away =
    field === null
      ? pointing.map((each) => `${collection.name}.${each.name}`)
      : pointing.filter((each) => each.name === field).map(targetLabel)
  return [...new Set([...here, ...away])]
}

function targetLabel({ references }: Field): string {
  return `${references?.collection}.${references?.field}`
}
