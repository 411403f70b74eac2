import type { Answering } from "../../../helpers/guest-function.ts"

/** A handler whose body is given by the test, as an expression of ctx. */
export const handlerOf = (
  body: string,
  head = "",
): string => `import { defineFunction, FunctionError, AlyxError, getContext, lazy } from "@alyx/functions"
${head}
export default defineFunction({ async handler(input, ctx) { ${body} } })`

/** The collections of the tests, with their keys. */
export const collections = { posts: "id", users: "id" }

/** Answers every operation with the document that it brought. */
export const echo: Answering = (operation) => ({
  body: JSON.stringify({ id: "p1", echoed: (operation as { data?: unknown }).data ?? null }),
})
