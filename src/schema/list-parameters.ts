/** What the query of a list may hold once; `filter` may stand several times. Fields of these names need the long form of a filter. */
export const listParameterNames = [
  "sort",
  "limit",
  "offset",
  "page",
  "perPage",
  "cursor",
  "expand",
  "fields",
  "skipTotal",
] as const
