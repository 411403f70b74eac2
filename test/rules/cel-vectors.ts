import { getConformanceSuite } from "@bufbuild/cel-spec/testdata/tests.js"
import type { Value } from "@bufbuild/cel-spec/cel/expr/value_pb.js"

/** One vector of cel-spec as a rule that must hold, or that must end in an error. */
export interface Vector {
  readonly name: string
  readonly rule: string
  readonly expects: "holds" | "error"
}

type Suite = ReturnType<typeof getConformanceSuite>
type Test = Suite["tests"][number]["original"]

/** The parts of the language that rules have; the others are extensions, protobuf messages and namespaces. */
const sections = [
  "basic",
  "comparisons",
  "conversions",
  "fields",
  "fp_math",
  "integer_math",
  "lists",
  "logic",
  "macros",
  "parse",
  "plumbing",
  "string",
  "timestamps",
]

/** All vectors of those parts that can be said as a rule, and how many cannot. */
export function celVectors(): { readonly vectors: readonly Vector[]; readonly skippedCount: number } {
  const vectors: Vector[] = []
  let skippedCount = 0
  for (const section of getConformanceSuite().suites.filter(({ name }) => sections.includes(name))) {
    visit(section, section.name, (name, test) => {
      const vector = asRule(name, test)
      if (vector === null) skippedCount += 1
      else vectors.push(vector)
    })
  }
  return { vectors, skippedCount }
}

function visit(suite: Suite, path: string, each: (name: string, test: Test) => void): void {
  for (const { original } of suite.tests) each(`${path}/${original.name}`, original)
  for (const inner of suite.suites) visit(inner, `${path}/${inner.name}`, each)
}

function asRule(name: string, { expr, bindings, container, disableMacros, resultMatcher }: Test): Vector | null {
  if (container !== "" || disableMacros || /TestAllTypes|google\.|cel\.|proto[23]/.test(expr)) return null
  const { case: kind, value: result } = resultMatcher
  const expected = kind === "value" ? literal(result) : kind === undefined ? "true" : null
  const isError = kind === "evalError" || kind === "anyEvalErrors"
  if (expected === null && !isError) return null
  const compared = isError ? `(${expr}) == (${expr})` : asCondition(expr, expected!)
  let rule = compared
  for (const [variable, bound] of Object.entries(bindings)) {
    const value = bound.kind.case === "value" ? literal(bound.kind.value) : null
    if (value === null || !/^[a-z_]\w*$/i.test(variable)) return null
    // What a vector binds becomes the element of a macro.
    rule = `[${value}].exists(${variable}, ${rule})`
  }
  return { name, rule, expects: isError ? "error" : "holds" }
}

function asCondition(expr: string, expected: string): string {
  if (expected === "true") return expr
  if (expected === "false") return `!(${expr})`
  return expected === "NaN" ? `(${expr}) != (${expr})` : `(${expr}) == ${expected}`
}

/** A value as a rule writes it; null for one that no rule can write. */
function literal({ kind }: Value): string | null {
  switch (kind.case) {
    case "nullValue":
      return "null"
    case "boolValue":
      return String(kind.value)
    case "int64Value":
      return String(kind.value)
    case "uint64Value":
      return `${kind.value}u`
    case "doubleValue":
      return double(kind.value)
    case "stringValue":
      return text(kind.value)
    case "bytesValue":
      return bytes(kind.value)
    case "listValue":
      return joined(kind.value.values.map(literal), "[", "]")
    case "mapValue": {
      const entries = kind.value.entries.map(({ key, value }) => joined([literal(key!), literal(value!)], "", "", ": "))
      return joined(entries, "{", "}")
    }
    case "enumValue":
    case "objectValue":
    case "typeValue":
    case undefined:
      return null
  }
}

function double(value: number): string {
  if (Number.isNaN(value)) return "NaN"
  if (!Number.isFinite(value)) return value > 0 ? "(1.0 / 0.0)" : "(-1.0 / 0.0)"
  const written = Object.is(value, -0) ? "-0" : String(value)
  return /[.e]/.test(written) ? written : `${written}.0`
}

/** Rules have no escapes in bytes, so that only bytes that are a text can be written. */
function bytes(value: Uint8Array): string | null {
  const decoded = Buffer.from(value).toString("utf8")
  const isText = Buffer.from(decoded, "utf8").equals(value) && !/["\\\p{Cc}]/u.test(decoded)
  return isText ? `b"${decoded}"` : null
}

function text(value: string): string {
  return JSON.stringify(value)
}

function joined(parts: readonly (string | null)[], open: string, close: string, separator = ", "): string | null {
  return parts.includes(null) ? null : `${open}${parts.join(separator)}${close}`
}
