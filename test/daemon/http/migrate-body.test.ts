import { describe, expect, test } from "vitest"

import { readMigrateRequest, readSchemaRequest } from "../../../src/daemon/http/migrate-body.ts"
import { isAlyxError } from "../../../src/errors.ts"

const hash = "0123456789abcdef"
const file = { file: "002_rename_title.yaml", text: "version: 2\n" }

describe("the body of POST /api/admin/migrate", () => {
  test.each([
    { action: "plan" },
    { action: "apply" },
    { action: "apply", hash },
    { action: "rollback" },
    { action: "rollback", count: 1_000, dryRun: true },
    { action: "rollback", count: 2, hash: "0123456789abcdef" },
  ])("%j is taken", (body) => {
    expect(readMigrateRequest(body)).toEqual(body)
  })

  test.each([
    [undefined, "", "The body must be a JSON object."],
    [[], "", "The body must be a JSON object."],
    [{}, "action", "action is required."],
    [{ action: "aply" }, "action", "action must be one of plan, apply, rollback."],
    [{ action: "plan", hash }, "hash", "hash is no member of this body. Members are action."],
    [{ action: "apply", hsah: hash }, "hsah", "hsah is no member of this body. Did you mean hash?"],
    [{ action: "apply", hash: "../etc" }, "hash", "hash must be the hash of a plan."],
    [{ action: "rollback", count: 0 }, "count", "count must be a whole number from 1 to 1000."],
    [{ action: "rollback", count: 1.5 }, "count", "count must be a whole number from 1 to 1000."],
    [{ action: "rollback", dryRun: "yes" }, "dryRun", "dryRun must be true or false."],
  ])("%j is refused at %j", (body, field, message) => {
    const error = refusal(() => readMigrateRequest(body))

    expect(error).toMatchObject({ code: "VALIDATION_ERROR", message, next: expect.stringContaining("Send {") })
    if (field !== "") expect(error.details).toMatchObject({ fields: { [field]: [{ message }] } })
  })

  test("tells of everything that is wrong at once", () => {
    const error = refusal(() => readMigrateRequest({ action: "rollback", count: "2", dryRun: 1, force: true }))

    expect(error.message).toContain("The body has 3 problems; the first: force is no member")
    expect(Object.keys(error.details?.["fields"] as object)).toEqual(["force", "count", "dryRun"])
  })

  test("a member called __proto__ is a member like any other", () => {
    const error = refusal(() => readMigrateRequest(JSON.parse('{"action":"plan","__proto__":{"hash":"x"}}')))

    expect(error.message).toContain("__proto__ is no member of this body.")
  })
})

describe("the body of POST /api/admin/schema", () => {
  test.each([{ schema: "collections: {}\n" }, { schema: "", migrations: [file], apply: hash }])(
    "%j is taken",
    (body) => {
      expect(readSchemaRequest(body)).toEqual(body)
    },
  )

  test.each([
    [{}, "schema is required."],
    [{ schema: {} }, "schema must be a text."],
    [{ schema: "", migrations: {} }, "migrations must be a list of files."],
    [{ schema: "", migrations: ["x"] }, 'migrations has a file that is not {"file":"…","text":"…"}, at 0.'],
    [{ schema: "", migrations: [{ ...file, mode: 1 }] }, "migrations has a file that is not"],
    [{ schema: "", migrations: [file, file] }, "migrations has a file that is there twice, at 1."],
    [{ schema: "", migrations: [{ ...file, file: "../002_x.yaml" }] }, "not named like 002_rename_title.yaml, at 0."],
    [{ schema: "", migrations: [{ ...file, file: "002_x.yaml\u0000" }] }, "not named like"],
    [{ schema: "", migrations: Array.from({ length: 1_001 }, () => file) }, "holds 1001 files; the limit is 1000."],
    [{ schema: "", apply: true }, "apply must be the hash of a plan."],
  ])("%j is refused", (body, message) => {
    expect(refusal(() => readSchemaRequest(body)).message).toContain(message)
  })
})

function refusal(read: () => unknown): { code: string; message: string; details?: Readonly<Record<string, unknown>> } {
  try {
    read()
  } catch (error) {
    if (isAlyxError(error)) return error as ReturnType<typeof refusal>
    throw error
  }
  throw new Error("It was taken.")
}
