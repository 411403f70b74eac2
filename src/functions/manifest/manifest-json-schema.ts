import type { JsonValue } from "../../schema/schema.ts"
import { manifestShape } from "./manifest-shape.ts"
import type { CasesShape, Members, Shape } from "./shape.ts"

type JsonSchema = Readonly<Record<string, JsonValue>>

/** What stands for any value: a text with a `${NAME}` in it. */
const interpolated: JsonSchema = { type: "string", pattern: String.raw`\$\{` }

/** The JSON Schema (draft 7, which editors know best) of a function's manifest. */
export function manifestJsonSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "The manifest of an Alyx function",
    ...mapSchema(manifestShape),
  }
}

function mapSchema(members: Members): JsonSchema {
  const named = Object.entries(members)
  const required = named.flatMap(([key, shape]) => (shape.required === true ? [key] : []))
  return {
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(named.map(([key, shape]) => [key, shapeSchema(shape)])),
    ...(required.length === 0 ? {} : { required }),
  }
}

function shapeSchema(shape: Shape): JsonSchema {
  const description = { description: shape.about }
  switch (shape.kind) {
    case "value":
      return { ...description, anyOf: [shape.type.jsonSchema, interpolated] }
    case "map": {
      const whole = mapSchema(shape.members)
      return shape.short === undefined
        ? { ...description, ...whole }
        : { ...description, anyOf: [{ type: "string" }, whole] }
    }
    case "list": {
      const item = shapeSchema(shape.item)
      return { ...description, anyOf: [{ type: "array", items: item }, item] }
    }
    case "texts":
      return { ...description, type: "object", additionalProperties: { type: ["string", "number", "boolean"] } }
    case "json":
      return description
    case "cases":
      return { ...description, anyOf: casesOf(shape) }
  }
}

function casesOf({ by, cases }: CasesShape): readonly JsonSchema[] {
  return Object.entries(cases).map(([word, members]) => {
    const { properties, required, ...rest } = mapSchema(members) as {
      readonly properties: JsonSchema
      readonly required?: readonly string[]
    }
    return { ...rest, properties: { [by]: { const: word }, ...properties }, required: [by, ...(required ?? [])] }
  })
}
