import { Ajv } from "ajv"
import { expect, test } from "vitest"
import { parse } from "yaml"

import { manifestJsonSchema } from "../../../src/functions/manifest/manifest-json-schema.ts"

const judge = new Ajv({ allowUnionTypes: true }).compile(manifestJsonSchema())

test.each([
  "name: x\ntimeout: 10s\nmemory: 64mb\naccess: true",
  "routes:\n  - GET /orders/{id}\n  - { path: /x, methods: [GET] }",
  "secrets: ONE",
  "hooks: [{ type: database, source: users, action: [insert, update], mode: async }, { type: auth, action: signup }]",
  "schedules: [{ name: a, type: cron, expression: '0 2 * * *', config: { input: { any: [1] } } }]",
  "build: { command: make, output: x.wasm }",
  "timeout: ${TIMEOUT}\nenv: { A: b, C: 1 }",
])("editors accept what the reader accepts: %s", (text) => {
  expect([judge(parse(text)), judge.errors]).toEqual([true, null])
})

test.each([
  "timout: 10s",
  "timeout: 5",
  "isolation: none",
  "hooks: [{ type: databse }]",
  "build: { command: make }",
  "routes: [{ methods: GET }]",
])("editors mark what the reader refuses: %s", (text) => {
  expect(judge(parse(text))).toBe(false)
})
