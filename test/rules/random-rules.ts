import type { Dice } from "../helpers/dice.ts"
import type { JsonValue } from "../../src/schema/schema.ts"
import type { RuleAuth, StoredRow } from "../../src/rules/rules.ts"
import { authOf } from "./rule-fixture.ts"

const texts = ["", "a", "A", "ab", "abc", "u1", "u2", "é", "ﬀ", "😀", "😀b", "%", "_", "a%c", "true", "1", "pro", " "]
const ints = [-3, 0, 1, 2, 3, 7, 9007199254740991]
const floats = [-1.5, 0, 0.5, 1, 2, 3, 1e300, 9007199254740992]
const moments = [
  "0001-01-01T00:00:00.000Z",
  "2025-12-31T23:59:59.999Z",
  "2026-01-01T00:00:00.000Z",
  "2026-03-01T11:30:00.000Z",
]
/** Values of json, some with keys that are no plain words. */
export const jsons: readonly JsonValue[] = [
  [],
  ["a"],
  ["a", "b", null],
  ["u1", "u2"],
  [1, 2.5, "1", true],
  [[1], { plan: "pro" }],
  {},
  { plan: "pro" },
  { plan: null },
  { plan: 1, on: true },
  { plan: ["u1", "a"], on: false },
  { plan: { on: 1, plan: "a" } },
  "a",
  "😀",
  1,
  2.5,
  1e18,
  true,
  false,
  "",
  { u1: 1 },
  ...["a b", "", 'a"b', "a'b", "é", "a.b", "\\", "\n", "[0]", "$", "\u0001", "?", "1", "true", "__proto__"].map((key) =>
    Object.fromEntries([[key, 1]]),
  ),
  { "a b": { "": "a" } },
  { plan: { "a'b": [{ "?": null }] } },
  [1, { "a b": 1 }, { "1": 1 }],
]

/** A row with values that are equal, nearly equal, of other types, and null. */
export function randomRow(random: Dice, id: string): StoredRow {
  const text = (): string => random.pick(texts)
  const json = (): string => JSON.stringify(random.pick(jsons))
  const orNull = <Value>(make: () => Value): Value | null => (random.next() < 0.3 ? null : make())
  return {
    id,
    title: text(),
    slug: orNull(text),
    body: orNull(text),
    author_id: orNull(() => random.pick(["u1", "u2", "a"])),
    owner_id: random.pick(["u1", "u2", "u3"]),
    views: random.pick(ints),
    likes: orNull(() => random.pick(ints)),
    price: random.pick(floats),
    score: orNull(() => random.pick(floats)),
    published: random.below(2),
    featured: orNull(() => random.below(2)),
    created: random.pick(moments),
    edited: orNull(() => random.pick(moments)),
    meta: orNull(json),
    tags: json(),
    picture: orNull(() => random.pick([new Uint8Array([]), new Uint8Array([97]), new Uint8Array([97, 255])])),
  }
}

/** Callers whose metadata holds values of every kind. */
export function randomAuth(random: Dice): RuleAuth {
  const role = random.pick(["user", "moderator", "admin"])
  const metadata: Record<string, JsonValue> = {}
  for (const key of ["plan", "team"])
    if (random.next() < 0.7) metadata[key] = random.pick([...jsons, null, ...texts, 3])
  if (random.next() < 0.2) return authOf({})
  return authOf({
    id: random.pick(["u1", "u2", "u3"]),
    email: "u@example.test",
    role,
    verified: random.next() < 0.5,
    metadata,
  })
}

type Kind = "text" | "number" | "bool" | "moment" | "bytes" | "any"

const columns: { readonly [kind in Kind]: readonly string[] } = {
  text: ["doc.title", "doc.slug", "doc.body", "doc.author_id", "doc.owner_id", "doc.meta.plan", "doc.meta"],
  number: ["doc.views", "doc.likes", "doc.price", "doc.score", "doc.meta.plan", "doc.meta", "doc.meta.plan.on"],
  bool: ["doc.published", "doc.featured", "doc.meta.on", "doc.meta"],
  moment: ["doc.created", "doc.edited"],
  bytes: ["doc.picture"],
  any: [
    "doc.title",
    "doc.slug",
    "doc.likes",
    "doc.score",
    "doc.featured",
    "doc.edited",
    "doc.meta",
    "doc.tags",
    "doc.meta.plan",
    "doc.picture",
    'doc["likes"]',
    "doc.tags[1]",
    "doc.meta.plan[0]",
  ],
}

const knowns: { readonly [kind in Kind]: readonly string[] } = {
  text: [
    "'a'",
    "''",
    "'u1'",
    "'😀'",
    "'ﬀ'",
    "'%'",
    "auth.id",
    "auth.role",
    "auth.metadata.plan",
    "request.headers['x-team']",
    "(auth.id + 'x')",
  ],
  number: [
    "1",
    "0",
    "-3",
    "2.5",
    "3",
    "9007199254740991",
    "9007199254740992.0",
    "(9007199254740991 + 2)",
    "auth.metadata.plan",
    "(1 + 2)",
    "(0.0 / 0.0)",
    "(1 / 0)",
    "(1.0 / 0.0)",
    "(auth.verified ? 1.0 / 0.0 : -1.0 / 0.0)",
  ],
  bool: ["true", "false", "auth.verified", "auth.metadata.plan"],
  moment: [
    "request.time",
    "(request.time - duration('30m'))",
    "timestamp('2026-01-01T00:00:00Z')",
    "timestamp('2026-01-01T01:00:00+01:00')",
  ],
  bytes: ["b'a'", "b''", "b'ab'"],
  any: [
    "null",
    "auth.id",
    "auth.metadata.plan",
    "auth.metadata.team",
    "auth.metadata",
    "{'a b': 1}",
    "{1: 1}",
    "{true: 1, 'a': 2}",
    "{'plan': {1: 1}}",
    "[{1: 1}]",
    `{'?': 1, "a'b": 1}`,
    "{}",
  ],
}

const lists = [
  "['a', 'u1', '😀']",
  "[1, 2, 3]",
  "[1.0, 2.5]",
  "[true]",
  "[null]",
  "[]",
  "['a','b','c','d','e','f','g','h','i','u1']",
  "auth.metadata.plan",
  "auth.metadata.team",
  "[auth.id, auth.role]",
  "[{1: 1}, {'a b': 1}]",
  "[1,2,3,4,5,6,7,8,9,10]",
]

/** A random rule. Some are wrong, and some have no SQL: the tests count them. */
export function randomRule(random: Dice, depth: number): string {
  if (depth === 0 || random.next() < 0.15) return randomTest(random)
  const part = (): string => randomRule(random, depth - 1)
  switch (random.below(6)) {
    case 0:
    case 1:
      return `(${part()} && ${part()})`
    case 2:
    case 3:
      return `(${part()} || ${part()})`
    case 4:
      return `!(${part()})`
    default:
      return `(${part()} ? ${part()} : ${part()})`
  }
}

function randomTest(random: Dice): string {
  const kind = random.pick<Kind>(["text", "text", "number", "number", "bool", "moment", "bytes", "any", "any"])
  const column = random.pick(columns[kind])
  const known =
    random.next() < 0.1
      ? random.pick(knowns[random.pick<Kind>(["text", "number", "bool", "any"])])
      : random.pick(knowns[kind])
  const other = random.next() < 0.25 ? random.pick(columns[kind]) : known
  const [left, right] = random.next() < 0.2 ? [other, column] : [column, other]
  if (random.next() < 0.12) return randomMacro(random)
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return `${left} ${random.pick(["==", "!="])} ${right}`
    case 3:
    case 4:
      return `${left} ${random.pick(["<", "<=", ">", ">="])} ${right}`
    case 5:
      return random.next() < 0.5
        ? `${column} in ${random.pick(lists)}`
        : `${random.next() < 0.5 ? known : column} in ${random.pick(["doc.tags", "doc.meta", "doc.meta.plan"])}`
    case 6:
      return `${random.pick([...columns.text, ...knowns.text])}.${random.pick(["startsWith", "endsWith", "contains"])}(${random.pick([...columns.text, ...knowns.text])})`
    case 7:
      return `${random.pick(["size(", "("])}${random.pick([...columns.text, ...columns.any])}${random.next() < 0.9 ? ")" : ").size()"} ${random.pick(["==", ">", "<="])} ${random.pick(["0", "1", "2"])}`
    case 8:
      return random.pick([
        "has(doc.meta.plan)",
        "has(doc.likes)",
        "has(doc.meta.plan.on)",
        "has(auth.metadata.team)",
        "auth.verified",
        "doc.published",
        "doc.featured",
        "doc.meta.on",
        "auth.role == 'admin'",
        "auth.id in [doc.author_id, doc.owner_id]",
        "true",
        "false",
      ])
    default:
      return `${random.pick(["auth.id", "auth.metadata.team"])} == ${random.pick(columns.any)}`
  }
}

/** `exists` and `all` over json, also inside of each other. */
function randomMacro(random: Dice): string {
  const name = random.pick(["exists", "all"])
  const list = random.pick(["doc.tags", "doc.meta", "doc.meta.plan"])
  const known = random.pick([...knowns.text, ...knowns.number, ...knowns.any, "doc.owner_id", "doc.author_id"])
  const test = random.pick([
    `x == ${known}`,
    `x != ${known}`,
    `x > ${random.pick(knowns.number)}`,
    "x.startsWith('a')",
    "size(x) > 0",
    "has(x.plan)",
    "x.plan == auth.id || x.plan == null",
    "x.plan > 1 && x.on",
    "x.plan in ['pro', 1] && 'a'.contains(x.plan)",
    "size(x.plan) >= 1",
    "x.plan == 'pro'",
    "x[0] == 1",
    "x in ['a', 'u1', 1]",
    "auth.id in x",
    "doc.owner_id in x",
    "x",
    "x == null || x == 'a'",
    "auth.verified",
    "1 / 0 == 1",
    "x.exists(y, y == 1)",
    "doc.tags.exists(y, y == auth.id) && x != 'b'",
    "x.all(y, y == x)",
  ])
  return `${list}.${name}(x, ${test})`
}
