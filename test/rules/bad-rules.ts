import type { RuleProblemCode } from "../../src/rules/rule-problem.ts"
import type { RuleOperation } from "../../src/schema/schema.ts"

/** A rule of posts that must not load. */
export interface BadRule {
  readonly operation: RuleOperation
  readonly expression: string
  readonly code: RuleProblemCode
  /** A part of the message, and of the next step. */
  readonly message: string
  readonly next: string
  /** The part of the rule that is underlined. */
  readonly marked: string
}

/** The quote that ends the YAML string: what is missing is missing there. */
export const behind = '"'

const rows: readonly (readonly [RuleOperation, string, RuleProblemCode, string, string, string])[] = [
  ["read", "doc.title ==", "RULE_SYNTAX", "end of the rule", "docs/rules.md", behind],
  ["read", "doc.title = 'a'", "RULE_SYNTAX", "= has no meaning", "Did you mean ==?", "="],
  ["read", "doc.title === 'a'", "RULE_SYNTAX", "=== has no meaning", "Did you mean ==?", "==="],
  ["read", "doc.title !== 'a'", "RULE_SYNTAX", "!== has no meaning", "Did you mean !=?", "!=="],
  ["read", "doc.title <> 'a'", "RULE_SYNTAX", "<> has no meaning", "Did you mean !=?", "<>"],
  ["read", "doc.published & true", "RULE_SYNTAX", "& has no meaning", "Did you mean &&?", "&"],
  ["read", "doc.published | true", "RULE_SYNTAX", "| has no meaning", "Did you mean ||?", "|"],
  ["read", "doc.published and true", "RULE_SYNTAX", "and has no meaning", "Write &&", "and"],
  ["read", "doc.published or true", "RULE_SYNTAX", "or has no meaning", "Write ||", "or"],
  ["read", "not doc.published", "RULE_SYNTAX", "not has no meaning", "Write !(…)", "not"],
  ["read", "doc.title is 'a'", "RULE_SYNTAX", "is has no meaning", "Write ==", "is"],
  ["read", "doc.title like 'a'", "RULE_SYNTAX", "like has no meaning", "contains", "like"],
  ["read", "@request.auth.id == 'a'", "RULE_SYNTAX", "@request.auth.id has no", "auth.id", "@request.auth.id"],
  ["read", "doc.title == 'it's'", "RULE_SYNTAX", "s is not expected", "backslash", "s"],
  ["read", "doc.title == 'a", "RULE_SYNTAX", "A text has no end", "quote", "'a"],
  ["read", "doc.author doc.title", "RULE_SYNTAX", "doc is not expected", "CEL", "doc"],
  ["read", "(doc.title == 'a'", "RULE_SYNTAX", "Expected ), got the end of the rule", "CEL", behind],
  ["read", "auth.role == admin", "RULE_NAME_UNKNOWN", "admin is unknown", "A text needs quotes: 'admin'.", "admin"],
  ["read", "doc.titel == 'a'", "RULE_NAME_UNKNOWN", 'no field "titel"', 'Did you mean "title"?', "titel"],
  ["read", "doc['titel'] == 'a'", "RULE_NAME_UNKNOWN", 'no field "titel"', 'Did you mean "title"?', "'titel'"],
  ["read", "dog.title == 'a'", "RULE_NAME_UNKNOWN", "dog is unknown", 'Did you mean "doc"?', "dog"],
  ["read", "title == 'a'", "RULE_NAME_UNKNOWN", "title is unknown", "Did you mean doc.title?", "title"],
  ["read", "auth.rolle == 'a'", "RULE_NAME_UNKNOWN", 'auth has no member "rolle"', 'Did you mean "role"?', "rolle"],
  ["read", "request.path == 'a'", "RULE_NAME_UNKNOWN", 'request has no member "path"', "method, ip, time", "path"],
  ["read", "type(doc.title) == auth.role", "RULE_UNSUPPORTED", "no function type()", "schema", "type(doc.title)"],
  ["read", "new.title == 'a'", "RULE_PLACE", "only where a document is changed", "auth, doc, request", "new"],
  ["create", "old.title == 'a'", "RULE_PLACE", "only where a document is changed", "auth, doc, request", "old"],
  ["read", "request.body.x == 1", "RULE_PLACE", "A read has no body", "auth, doc", "request.body"],
  ["read", "doc == null", "RULE_TYPE", "doc is no value", "doc.id", "doc"],
  ["read", "auth", "RULE_TYPE", "auth is no value", "auth.id == null", "auth"],
  ["read", "doc.title", "RULE_TYPE", "this one is string", "comparison", "doc.title"],
  ["read", "doc.views + 1", "RULE_TYPE", "this one is int", "comparison", "doc.views + 1"],
  ["read", "doc.title == 5", "RULE_TYPE", "no string == int", "one type", "doc.title == 5"],
  ["read", "doc.title == null", "RULE_TYPE", "no string == null", "never null", "doc.title == null"],
  ["read", "doc.price == 1", "RULE_TYPE", "no double == int", "1.0", "doc.price == 1"],
  ["read", "doc.created > '2026'", "RULE_TYPE", "no timestamp > string", "timestamp(", "doc.created > '2026'"],
  ["read", "doc.title in [1, 2]", "RULE_TYPE", "string in list<int>", "one type", "doc.title in [1, 2]"],
  ["read", "doc.views in [1, 'a']", "RULE_TYPE", "same type", "each type", "'a'"],
  ["read", "doc.title && true", "RULE_TYPE", "bool operands", "which types", "doc.title && true"],
  ["read", "doc.title.startsWith(1)", "RULE_TYPE", "startsWith", "which types", "doc.title.startsWith(1)"],
  ["read", "b'a' < b'b'", "RULE_TYPE", "no bytes < bytes", "one type", "b'a' < b'b'"],
  ["read", "has(doc)", "RULE_TYPE", "one member", "has(doc.meta.plan)", "has(doc)"],
  ["read", "doc.views > 1u", "RULE_UNSUPPORTED", "no unsigned numbers", "u", "1u"],
  ["read", "doc.views > 9007199254740993", "RULE_UNSUPPORTED", "too large", "9007199254740991", "9007199254740993"],
  ["read", "doc.picture == b'\\377'", "RULE_UNSUPPORTED", "without escapes", "UTF-8", "b'\\377'"],
  ["read", "int(doc.title) == 1", "RULE_UNSUPPORTED", "no function int()", "int and double", "int(doc.title)"],
  [
    "read",
    "doc.title.lowerAscii() == 'a'",
    "RULE_UNSUPPORTED",
    "no function lowerAscii()",
    "form",
    "doc.title.lowerAscii()",
  ],
  [
    "read",
    "doc.title.startWith('a')",
    "RULE_UNSUPPORTED",
    "no function startWith()",
    "startsWith()",
    "doc.title.startWith('a')",
  ],
  [
    "read",
    "timestamp(doc.title) < doc.created",
    "RULE_UNSUPPORTED",
    "stands in the rule",
    "2026-01-31",
    "timestamp(doc.title)",
  ],
  [
    "read",
    "doc.created > timestamp('2026')",
    "RULE_TYPE",
    "timestamp() needs a text",
    "2026-01-31T12:00:00Z",
    "'2026'",
  ],
  ["read", "request.time - doc.created < duration('1d')", "RULE_TYPE", "duration() needs a text", "1h30m", "'1d'"],
  [
    "read",
    "request.time - doc.created < duration('1.5ms')",
    "RULE_TYPE",
    "whole number of milliseconds",
    "1h30m",
    "'1.5ms'",
  ],
  [
    "read",
    "doc.created.getHours('Europe/Rome') == 1",
    "RULE_UNSUPPORTED",
    "takes no value",
    "UTC",
    "doc.created.getHours('Europe/Rome')",
  ],
  ["read", "string(doc.price) == '1'", "RULE_UNSUPPORTED", "not double", "as it is", "string(doc.price)"],
  ["read", "doc[auth.role] == 'a'", "RULE_UNSUPPORTED", "named in the rule", "doc.id", "doc[auth.role]"],
  [
    "create",
    "doc.title.matches(auth.role)",
    "RULE_PATTERN",
    "must be a text in the rule",
    "quotes",
    "doc.title.matches(auth.role)",
  ],
  ["create", "doc.title.matches('(?=a)')", "RULE_PATTERN", "cannot be used", "RE2", "'(?=a)'"],
  ["create", "doc.title.matches('a{1000}{1000}')", "RULE_PATTERN", "cannot be used", "RE2", "'a{1000}{1000}'"],
  ["create", "[1].exists(doc, doc == 1)", "RULE_NAME_UNKNOWN", "has a meaning here already", "another name", "doc"],
  [
    "create",
    "[1].exists(a, [1].exists(b, [1].exists(c, c == b)))",
    "RULE_UNSUPPORTED",
    "nested 2 deep",
    "field",
    "[1].exists(c, c == b)",
  ],
  [
    "read",
    "doc.tags.exists_one(tag, tag == auth.id)",
    "RULE_NOT_SQL",
    "exists and all",
    "read_in_memory: true",
    "doc.tags.exists_one(tag, tag == auth.id)",
  ],
  [
    "read",
    "doc.tags.all(tag, tag in doc.meta)",
    "RULE_NOT_SQL",
    "only its own element",
    "read_in_memory: true",
    "doc.meta",
  ],
  [
    "read",
    "auth != null && doc.title.matches('^a')",
    "RULE_NOT_SQL",
    "matches()",
    "read_in_memory",
    "doc.title.matches('^a')",
  ],
  ["read", "doc.views + 1 > 2", "RULE_NOT_SQL", "arithmetic", "read_in_memory", "doc.views + 1"],
  [
    "read",
    "doc.created.getFullYear() == 2026",
    "RULE_NOT_SQL",
    "getFullYear()",
    "read_in_memory",
    "doc.created.getFullYear()",
  ],
  ["read", "doc.meta == doc.tags", "RULE_NOT_SQL", "does not compare", "read_in_memory", "doc.meta == doc.tags"],
]

/** Rules that must not load, with what is said of each. */
export const badRules: readonly BadRule[] = rows.map(([operation, expression, code, message, next, marked]) => ({
  operation,
  expression,
  code,
  message,
  next,
  marked,
}))
