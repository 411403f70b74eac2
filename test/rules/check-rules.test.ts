import { describe, expect, test } from "vitest"

import { sourceExcerpt } from "../../src/lib/source-excerpt.ts"
import { checkRules } from "../../src/rules/check-rules.ts"
import { rulesOf } from "../../src/rules/compile-rules.ts"
import { ruleProblemCodes } from "../../src/rules/rule-problem.ts"
import { badRules, behind } from "./bad-rules.ts"
import { authOf, codesOf, contextOf, plainPost, postsWith, postsYaml, schemaFrom } from "./rule-fixture.ts"

describe("what is wrong with a rule", () => {
  test.each(badRules)("$operation $expression", ({ operation, expression, code, message, next, marked }) => {
    const yaml = postsYaml(`    rules:\n      ${operation}: ${JSON.stringify(expression)}\n`)
    const [problem, ...others] = checkRules(schemaFrom(yaml), yaml).problems

    expect(others).toEqual([])
    expect(problem).toMatchObject({
      code,
      message: expect.stringContaining(message),
      next: expect.stringContaining(next),
    })
    const { line, column, length = 1 } = problem!.at!
    const shown = yaml.split("\n")[line - 1]!.slice(column - 1, column - 1 + length)
    expect(shown).toBe(marked === behind ? marked : JSON.stringify(marked).slice(1, -1))
  })

  test("every code has a bad rule, or a test of its own", () => {
    const elsewhere = ["RULE_TOO_LARGE", "RULE_MISSING", "RULE_HOLDS_FOR_NOBODY", "RULE_ROLE_UNKNOWN"]

    expect([...new Set([...badRules.map(({ code }) => code), ...elsewhere])].toSorted()).toEqual(
      ruleProblemCodes.toSorted(),
    )
  })

  test("a rule that is wrong refuses everybody", () => {
    for (const { operation, expression, code } of badRules) {
      if (code === "RULE_NOT_SQL") continue
      const rules = rulesOf(postsWith(operation, expression)).get("posts")!
      const rule = rules[operation]!
      const context = contextOf(authOf({ id: "u1", role: "admin" }))

      expect(rule.holds(context, { doc: plainPost, new: plainPost })).toBe(false)
      expect(rule.constant).toBe(false)
      if (operation === "read") expect(rules.read!.narrow(context)).toBe("none")
    }
  })
})

describe("where it stands in the file", () => {
  const wrong = "doc.titel == auth.id"

  test.each([
    ["plain", `read: ${wrong}`],
    ["in double quotes", `read: "${wrong}"`],
    ["in single quotes", `read: '${wrong}'`],
    ["behind quotes of its own", String.raw`read: "'\"\u0041' != '' && ${wrong}"`],
    ["behind doubled single quotes", `read: 'doc.slug != ''it'' && ${wrong}'`],
    ["in a literal block", `read: |\n        doc.published\n          && ${wrong}`],
    ["in a folded block", `read: >-\n        doc.published &&\n        true &&\n        ${wrong}`],
    ["on a second line", `read: doc.published &&\n        ${wrong}`],
    ["behind a comment of CEL", `read: |\n        // doc.titel is no field\n        ${wrong}`],
    ["behind a line that goes on", `read: "doc.published && \\\n        ${wrong}"`],
  ])("%s", (_name, lines) => {
    const yaml = postsYaml(`    rules:\n      ${lines}\n`)
    const [problem] = checkRules(schemaFrom(yaml), yaml).problems
    const excerpt = sourceExcerpt(yaml, problem!.at!).split("\n")

    expect(problem).toMatchObject({ code: "RULE_NAME_UNKNOWN", next: expect.stringContaining('Did you mean "title"?') })
    const [source = "", carets = ""] = excerpt.slice(-2)
    expect(source.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe("titel")
  })

  test("a rule that is used twice is marked where it is written", () => {
    const yaml = `${postsYaml("")}      # anchors\n    rules:\n      update: &mine ${wrong}\n      delete: *mine\n`
    const places = checkRules(schemaFrom(yaml), yaml).problems.map(({ at }) =>
      yaml.split("\n")[at!.line - 1]!.slice(at!.column - 1),
    )

    expect(places).toEqual(["titel == auth.id", "titel == auth.id"])
  })

  test("a schema that came without a file has problems without a place", () => {
    const [problem] = checkRules(postsWith("read", wrong)).problems

    expect(problem).toMatchObject({
      code: "RULE_NAME_UNKNOWN",
      message: expect.stringContaining("The read rule of posts"),
    })
  })
})

describe("where a rule may stand", () => {
  test("a rule of a field", () => {
    expect(
      withField("secret: { type: string, rules: { read: auth.role == 'admin', write: new.secret != old.secret } }"),
    ).toEqual([])
    expect(withField("secret: { type: string, internal: true, rules: { write: auth != null } }")).toEqual([])
  })

  test("no read rule of an internal field, and none of the primary key", () => {
    expect(withField("secret: { type: string, internal: true, rules: { read: auth != null } }")).toEqual([
      "RULE_PLACE The read rule of posts.secret: posts.secret is internal, so that nobody ever reads it.",
    ])
    const yaml = postsYaml("").replace("primary: true }", "primary: true, rules: { write: auth != null } }")
    expect(checkRules(schemaFrom(yaml), yaml).problems).toMatchObject([{ code: "RULE_PLACE" }])
  })

  test("what has no SQL is allowed where a collection is read in memory, and where nothing is listed", () => {
    const rule = "doc.tags.exists_one(tag, tag == auth.id)"

    expect(codesOf("read", rule)).toEqual(["RULE_NOT_SQL"])
    expect(checkRules(postsWith("read", rule, "    read_in_memory: true\n")).problems).toEqual([])
    expect(codesOf("update", rule)).toEqual([])
  })

  test("a rule that is too large, in parts, in depth or in a list", () => {
    const parts = Array.from({ length: 400 }, () => "true").join(" && ")

    expect(codesOf("read", parts)).toEqual([])
    expect(codesOf("read", `${parts} && ${parts}`)).toEqual(["RULE_TOO_LARGE"])
    expect(codesOf("read", `${"!(".repeat(80)}true${")".repeat(80)}`)).toEqual(["RULE_TOO_LARGE"])
    expect(codesOf("read", `doc.views in [${Array.from({ length: 300 }, () => "1").join(", ")}]`)).toEqual([
      "RULE_TOO_LARGE",
    ])
  })
})

describe("what is worth a notice", () => {
  test("a collection without a rule for something: one notice, with the line to add", () => {
    const notices = checkRules(postsWith("read", "true")).notices

    expect(notices).toMatchObject([
      { code: "RULE_MISSING", message: expect.stringContaining("create, update, delete") },
    ])
    const line = /rules: \{.*\}/.exec(notices[0]!.next!)![0]
    expect(line).toContain('update: "auth.id != null && doc.owner_id == auth.id"')
    const added = schemaFrom(postsYaml(`    ${line.replace("{", "{ read: true,")}\n`))
    expect(checkRules(added)).toEqual({ problems: [], notices: [] })
    expect(checkRules(schemaFrom(postsYaml(""))).notices).toMatchObject([
      {
        message: expect.stringContaining("has no rules"),
        // Whoever has an owner is not shown to everybody else by a rule that was copied.
        next: expect.stringContaining('read: "auth.id != null && doc.owner_id == auth.id"'),
      },
    ])
  })

  test("a role that no account can have, where it looks like one that it can", () => {
    const roles = ", enum: [user, moderator]"

    expect(roleNotices(roles, "auth.role == 'moderater'")).toMatchObject([
      {
        code: "RULE_ROLE_UNKNOWN",
        message: "The read rule of users: No account can have the role 'moderater'.",
        next: expect.stringContaining("Did you mean 'moderator'?"),
        at: { line: 6, column: 34, length: 11 },
      },
    ])
    expect(roleNotices(roles, "doc.id == auth.id || auth.role in ['user', 'moderater']")).toHaveLength(1)
    for (const good of ["moderator", "admin", "ci"]) expect(roleNotices(roles, `auth.role == '${good}'`)).toEqual([])
    expect(roleNotices("", "auth.role == 'moderater'")).toEqual([])
    expect(roleNotices(roles, "auth.role == 'moderater'", "people")).toEqual([])
  })

  test("an owner that may be null, who is equal to nobody in particular", () => {
    expect(codes("auth.id == doc.author_id")).toEqual(["RULE_HOLDS_FOR_NOBODY"])
    expect(codes("doc.author_id == auth.id || doc.published")).toEqual(["RULE_HOLDS_FOR_NOBODY"])
    expect(codes("auth != null && auth.id == doc.author_id")).toEqual([])
    expect(codes("auth.id != null && auth.id == doc.author_id")).toEqual([])
    expect(codes("auth.id == doc.owner_id")).toEqual([])
  })
})

/** What is wrong with posts that have one more field. */
function withField(line: string): readonly string[] {
  const yaml = postsYaml("").replace(
    "id: { type: uuid, primary: true }",
    `id: { type: uuid, primary: true }\n      ${line}`,
  )
  return checkRules(schemaFrom(yaml), yaml).problems.map(({ code, message }) => `${code} ${message}`)
}

/** The notices of a read rule, without that of the rules that are not there. */
function codes(expression: string): readonly string[] {
  return checkRules(postsWith("read", expression))
    .notices.map(({ code }) => code)
    .filter((code) => code !== "RULE_MISSING")
}

/** Users with these words behind the type of their role, and a read rule. */
function usersYaml(role: string, rule: string): string {
  const fields = `      id: { type: uuid, primary: true }\n      role: { type: string${role} }\n`
  const rules = `{ read: ${JSON.stringify(rule)}, create: false, update: false, delete: false }`
  return `collections:\n  users:\n    fields:\n${fields}    rules: ${rules}\n`
}

/** The notices of that rule, where this collection is the one of the accounts. */
function roleNotices(role: string, rule: string, accounts?: string): readonly unknown[] {
  const text = usersYaml(role, rule)
  return checkRules(schemaFrom(text), text, accounts).notices
}
