/** Keywords whose value holds no schema. */
export const plainKeywords =
  "$schema $comment type const enum title description default deprecated readOnly writeOnly examples format maximum minimum exclusiveMaximum exclusiveMinimum multipleOf maxLength minLength pattern contentMediaType contentEncoding maxItems minItems uniqueItems maxContains minContains maxProperties minProperties required dependentRequired".split(
    " ",
  )

/** Keywords whose value is a schema or a list of schemas. */
export const schemaKeywords =
  "not if then else contains propertyNames additionalProperties additionalItems items unevaluatedProperties unevaluatedItems contentSchema allOf anyOf oneOf prefixItems".split(
    " ",
  )

/** Keywords whose value is a map of schemas. */
export const schemaMapKeywords = [
  "properties",
  "patternProperties",
  "dependentSchemas",
  "dependencies",
  "$defs",
  "definitions",
]
