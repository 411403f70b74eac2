import type { DescribedFunction } from "../../../src/codegen/openapi/function-paths.ts"

const plain = { isHttp: true, input: null, output: null, routes: [], hasAccessRule: false } as const

/** Functions of each style, with names that are nearly equal, and paths that are equal but for names. */
export const someFunctions: readonly DescribedFunction[] = [
  {
    ...plain,
    name: "create-post",
    style: "define",
    input: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: {
        title: { type: "string", maxLength: 80 },
        tags: { type: "array", items: { type: "string" } },
        deep: { type: "object" },
      },
      required: ["title"],
    },
    output: { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
    hasAccessRule: true,
  },
  { ...plain, name: "create_post", style: "plugin" },
  { ...plain, name: "Createpost", style: "handler", routes: [{ path: "/", methods: ["POST"] }] },
  {
    ...plain,
    name: "orders",
    style: "fetch",
    routes: [
      { path: "/orders/{id}", methods: ["GET", "PUT"] },
      { path: "/files/{rest*}", methods: [] },
    ],
  },
  {
    ...plain,
    name: "other",
    style: "fetch",
    isHttp: false,
    routes: [{ path: "/orders/{number}", methods: ["DELETE", "OPTIONS"] }],
  },
  {
    ...plain,
    name: "tree",
    style: "define",
    input: { $ref: "#/$defs/node", $defs: { node: { type: "object" } } },
    output: false,
  },
]
