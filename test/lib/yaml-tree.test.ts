import { describe, expect, test } from "vitest"

import { parseYamlTree, yamlEntry, yamlToValue } from "../../src/lib/yaml-tree.ts"

describe("parseYamlTree", () => {
  test("gives values their places", () => {
    const { root } = parseYamlTree("a:\n  - b: 'x'\n", "f.yaml")

    expect(root).toMatchObject({ kind: "map" })
    const list = root?.kind === "map" ? yamlEntry(root, "a")?.value : undefined
    const item = list?.kind === "list" ? list.items[0] : undefined
    const entry = item?.kind === "map" ? item.entries[0] : undefined
    expect(entry).toMatchObject({ key: "b", keyAt: { file: "f.yaml", line: 2, column: 5, length: 1 } })
    expect(entry?.value).toMatchObject({ value: "x", quoted: true, at: { line: 2, column: 8, length: 3 } })
  })

  test("reports the second of two equal keys and keeps the first", () => {
    const { root, problems } = parseYamlTree("a: 1\nb: 2\na: 3\n", "f.yaml")

    expect(problems).toMatchObject([
      { kind: "duplicate-key", at: { line: 3, column: 1 }, message: '"a" is given twice; the first is on line 1.' },
    ])
    expect(root && yamlToValue(root)).toEqual({ a: 1, b: 2 })
  })

  test("follows aliases, and refuses files that expand without end", () => {
    const { root } = parseYamlTree("a: &x [1]\nb: *x\n", "f.yaml")
    const bomb = parseYamlTree(`a: &a [x]\n${Array.from({ length: 200 }, (_, i) => `k${i}: *a`).join("\n")}`, "f.yaml")

    expect(root && yamlToValue(root)).toEqual({ a: [1], b: [1] })
    expect(bomb.problems[0]).toMatchObject({
      kind: "unsupported",
      message: expect.stringContaining("100 aliases") as string,
    })
  })

  test("merges maps with <<, where own keys win, then the first map, and each keeps its place", () => {
    const text = "base: &base { a: 1, b: 2 }\nmore: &more { b: 3, c: 4 }\nall:\n  a: 0\n  <<: [*base, *more]\n  c: 5\n"
    const { root, problems } = parseYamlTree(text, "f.yaml")
    const all = root?.kind === "map" ? yamlEntry(root, "all")?.value : undefined

    expect(problems).toEqual([])
    expect(all && yamlToValue(all)).toEqual({ a: 0, b: 2, c: 5 })
    expect(all?.kind === "map" && yamlEntry(all, "b")).toMatchObject({ keyAt: { line: 1, column: 21 } })
    expect(all?.kind === "map" && yamlEntry(all, "c")).toMatchObject({ keyAt: { line: 6, column: 3 } })
  })

  test.each(["a: &a 1\nb: { <<: *a }\n", "b: { <<: [x] }\n", "b: { <<: }\n"])(
    "a merge of what is no map is refused with words: %j",
    (text) => {
      expect(parseYamlTree(text, "f.yaml").problems).toMatchObject([
        { kind: "unsupported", message: expect.stringContaining("<<: *name") as string },
      ])
    },
  )

  test("a quoted << is a key like any other", () => {
    const { root } = parseYamlTree("'<<': 1\n", "f.yaml")

    expect(root && yamlToValue(root)).toEqual({ "<<": 1 })
  })

  test("reports a fault once, not every word after it", () => {
    const { root, problems } = parseYamlTree(`...\n${"a:\n  b: 1\n".repeat(50)}`, "f.yaml")

    expect(root).toBeNull()
    expect(problems.length).toBeLessThanOrEqual(2)
  })

  test("an empty text has no root and no problem", () => {
    expect(parseYamlTree("", "f.yaml")).toEqual({ root: null, problems: [] })
  })

  test("a key called __proto__ is an ordinary key", () => {
    const { root } = parseYamlTree("__proto__: { a: 1 }\n", "f.yaml")
    const value = root === null ? {} : (yamlToValue(root) as object)

    expect(Object.keys(value)).toEqual(["__proto__"])
    expect("a" in value).toBe(false)
  })

  test.each(["[".repeat(10_000), "{a: ".repeat(10_000), "- ".repeat(10_000)])(
    "deep nesting is a problem, not a crash",
    (text) => {
      expect(parseYamlTree(text, "f.yaml").problems.length).toBeGreaterThan(0)
    },
  )
})
