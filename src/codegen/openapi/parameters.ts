import type { RequestLimits } from "../../project/request-limits.ts"
import type { JsonSchema } from "../../schema/json-schema.ts"
import { listParameterNames } from "../../schema/list-parameters.ts"
import type { Collection, Field, Relation } from "../../schema/schema.ts"
import { isHidden } from "./access.ts"
import { fieldSchema } from "./field-schema.ts"
import { filterExample, filterPattern } from "./filter-syntax.ts"

/** Parameters that are the same for every collection. */
export const commonParameters: Readonly<Record<string, JsonSchema>> = {
  IfMatch: {
    name: "If-Match",
    in: "header",
    description:
      "The `ETag` of the document as it was read with the same `fields` and `expand`: if it changed since, the answer is 412 and nothing is written. `*` asks only that it exists.",
    schema: { type: "string" },
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description: "The `ETag` of an earlier answer: while it is still right, the answer is 304 without a body.",
    schema: { type: "string" },
  },
  XRequestId: {
    name: "X-Request-Id",
    in: "header",
    description: "Names the request in the answer and in the server's log. What does not have this form is replaced.",
    schema: { type: "string", pattern: "^[A-Za-z0-9_.:-]{1,128}$" },
  },
}

/** The fields that requests may name. */
export function openFields(collection: Collection): readonly Field[] {
  return [...collection.fields.values()].filter((field) => !isHidden(field))
}

/** The id in the path. */
export function idParameter({ primaryKey, name }: Collection): JsonSchema {
  const { description: _description, default: _default, ...schema } = fieldSchema(primaryKey, "read")
  return {
    name: "id",
    in: "path",
    required: true,
    description: `The \`${primaryKey.name}\` of a document of \`${name}\`.`,
    schema,
  }
}

/** What the answers of single documents take: which fields, and which relations with them. */
export function selectionParameters(
  collection: Collection,
  relations: readonly Relation[],
  limits: RequestLimits,
): JsonSchema[] {
  const fields: JsonSchema = {
    name: "fields",
    in: "query",
    description: "Answer only these fields, separated by commas. What `expand` adds comes besides.",
    style: "form",
    explode: false,
    schema: {
      type: "array",
      minItems: 1,
      items: { type: "string", enum: openFields(collection).map(({ name }) => name) },
    },
  }
  const expand = expandParameter(relations, limits)
  return expand === null ? [fields] : [fields, expand]
}

function expandParameter(relations: readonly Relation[], limits: RequestLimits): JsonSchema | null {
  const { expandDepthMax, expandCountMax, answerDocumentMax } = limits
  if (relations.length === 0 || expandDepthMax === 0) return null
  const words = relations.flatMap(({ name, aliases }) => [name, ...aliases]).map(escaped)
  const deeper = expandDepthMax === 1 ? "" : `(?:\\.[^,.]+){0,${expandDepthMax - 1}}`
  return {
    name: "expand",
    in: "query",
    description:
      `Relations to put into the answer, separated by commas: ${relations.map(({ name }) => `\`${name}\``).join(", ")}. ` +
      `Dots follow relations further, at most ${expandDepthMax} one after the other; one request follows at most ${expandCountMax}, ` +
      `and one answer holds at most ${answerDocumentMax} documents.`,
    style: "form",
    explode: false,
    schema: { type: "array", items: { type: "string", pattern: `^(?:${words.join("|")})${deeper}$` } },
  }
}

/** What a list takes besides. Without examples: the page at /docs would send them with the first request. */
export function listParameters(collection: Collection, limits: RequestLimits): JsonSchema[] {
  const fields = openFields(collection)
  return [filterParameter(fields, limits), sortParameter(fields, limits), ...pageParameters(limits)]
}

function filterParameter(fields: readonly Field[], limits: RequestLimits): JsonSchema {
  const { filterCountMax, filterValueLengthMax, inListMax } = limits
  const shown = fields.find(({ type, primary }) => !primary && type !== "json" && type !== "blob") ?? fields[0]!
  return {
    name: "filter",
    in: "query",
    description: [
      `\`field:operator:value\`, as often as needed: all must hold. The value is everything after the second colon, at most ${filterValueLengthMax} characters. \`field=value\` is short for \`filter=field:eq:value\`; at most ${filterCountMax} filters in all. For example \`${filterExample(shown)}\`.`,
      "`eq`, `ne` (with `null`: has no value, has one); `gt`, `gte`, `lt`, `lte`; " +
        `\`in\` (at most ${inListMax} values, separated by commas; \`\\,\` is a comma in a value, \`\\\\\` a backslash); ` +
        "`like` (`%` is any text, `_` any one character); `contains` (a part of a text, an element of a json array).",
    ].join("\n\n"),
    style: "form",
    explode: true,
    schema: { type: "array", maxItems: filterCountMax, items: { type: "string", pattern: filterPattern(fields) } },
  }
}

function sortParameter(fields: readonly Field[], { sortKeyMax }: RequestLimits): JsonSchema {
  const names = fields.filter(({ type }) => type !== "json" && type !== "blob").map(({ name }) => name)
  return {
    name: "sort",
    in: "query",
    description: `Fields to sort by, separated by commas, \`-\` for descending; at most ${sortKeyMax}. The primary key decides between equals, and sorts alone without \`sort\`.`,
    style: "form",
    explode: false,
    schema: {
      type: "array",
      maxItems: sortKeyMax,
      uniqueItems: true,
      items: { type: "string", enum: names.flatMap((name) => [name, `-${name}`]) },
    },
  }
}

/** Without `default`: clients that send the defaults of all parameters would send some that contradict each other. */
function pageParameters({ pageDefault, pageMax, offsetMax }: RequestLimits): JsonSchema[] {
  const size = { type: "integer", minimum: 1, maximum: pageMax }
  return [
    query("limit", `How many documents at most; ${pageDefault} when left out.`, size),
    query("offset", "How many documents to skip; none when left out.", {
      type: "integer",
      minimum: 0,
      maximum: offsetMax,
    }),
    query("page", "The number of the page, from 1: with `perPage`, in place of `limit` and `offset`.", {
      type: "integer",
      minimum: 1,
      maximum: offsetMax + 1,
    }),
    query("perPage", `How many documents a page has at most; ${pageDefault} when left out.`, size),
    {
      ...query(
        "cursor",
        "Walks over any number of documents: empty at first, then the `next_cursor` of the page before, with the same filter and sort. Not together with `offset`, `page` and `perPage`.",
        { type: "string", maxLength: 4_000 },
      ),
      allowEmptyValue: true,
    },
    query("skipTotal", "Leaves out the counting of all documents, which takes time in large collections.", {
      type: "boolean",
      default: false,
    }),
  ]
}

function query(name: string, description: string, schema: JsonSchema): JsonSchema {
  return { name, in: "query", description, schema }
}

/** The names that mean something else in the query of a list. */
const ownNames: ReadonlySet<string> = new Set(["filter", ...listParameterNames])

/** The short form of a filter, `field=value`, for every field that is not named like a parameter. */
export function shortFilterParameters(collection: Collection): JsonSchema[] {
  const fields = openFields(collection).filter(({ name, type, nullable }) => {
    return !ownNames.has(name) && (type !== "json" || nullable)
  })
  return fields.map((field) => query(field.name, `Short for \`filter=${field.name}:eq:…\`.`, shortFilterSchema(field)))
}

/** `null` finds the documents without a value. A timestamp may be a day, so it is any text here. */
function shortFilterSchema({ type, nullable }: Field): JsonSchema {
  if (type === "json") return { type: "string", const: "null" }
  const types = { int: "integer", float: "number", bool: "boolean" } as const
  if (type === "int" || type === "float" || type === "bool") {
    const schema = { type: types[type] }
    return nullable ? { anyOf: [schema, { type: "string", const: "null" }] } : schema
  }
  return type === "uuid" && !nullable ? { type: "string", format: "uuid" } : { type: "string" }
}

function escaped(word: string): string {
  return word.replaceAll(/[()]/g, "\\$&")
}
