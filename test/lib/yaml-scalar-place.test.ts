import { describe, expect, test } from "vitest"

import { placeInScalar } from "../../src/lib/yaml-scalar-place.ts"
import type { YamlNode } from "../../src/lib/yaml-tree.ts"
import { parseYamlTree } from "../../src/lib/yaml-tree.ts"
import { scaled, testSeed } from "../helpers/scale.ts"
import { Dice } from "../helpers/dice.ts"

/** The scalar of `key:` in a text, and its value. */
function scalarOf(yaml: string): { readonly at: YamlNode["at"]; readonly value: string } {
  const { root, problems } = parseYamlTree(yaml, "a.yaml")
  const entry = root?.kind === "map" ? root.entries.at(-1) : undefined
  if (problems.length > 0 || entry?.value.kind !== "scalar") throw new Error(JSON.stringify([yaml, problems]))
  return { at: entry.value.at, value: String(entry.value.value).trim() }
}

/** What stands in the file where a word of the value is. */
function foundAt(yaml: string, word: string): string {
  const { at, value } = scalarOf(yaml)
  const start = value.indexOf(word)
  const place = placeInScalar(yaml, at, value, { start, end: start + word.length })
  return yaml.split("\n")[place.line - 1]!.slice(place.column - 1, place.column - 1 + place.length!)
}

describe("placeInScalar", () => {
  test.each([
    ["plain", "key: one word here"],
    ["plain over lines", "key: one\n   two\n\n   word here"],
    ["double quotes", String.raw`key: "\t\x41\u00e9\U0001F600\"\\ word here"`],
    ["double quotes over lines", 'key: "one \\\n   two\n\n   word here"'],
    ["single quotes", "key: 'it''s a word here'"],
    ["literal", "key: |2-\n    one\n\n  word here\n"],
    ["literal with a comment", "key: | # word\n  one\n  word here\n"],
    ["folded", "key: >\n  one\n  two\n\n    more\n  word here\n"],
    ["with carriage returns", "key: |\r\n  one\r\n  word here\r\n"],
    ["behind an anchor and a tag", "key: &a !!str one word here"],
    ["in a flow map", "{ other: 1, key: one word here }"],
  ])("%s", (_name, yaml) => {
    expect(foundAt(yaml, "word")).toBe("word")
  })

  test("what is missing at the end stands behind the last character", () => {
    const yaml = "key: one two"
    const { at, value } = scalarOf(yaml)

    expect(placeInScalar(yaml, at, value, { start: 7, end: 8 })).toMatchObject({ line: 1, column: 13, length: 1 })
  })

  test("a text that is not the scalar's is the whole scalar", () => {
    const yaml = "key: one two"
    const { at } = scalarOf(yaml)

    expect(placeInScalar(yaml, at, "three", { start: 0, end: 3 })).toEqual(at)
  })

  test("finds a word in any text that YAML can quote", () => {
    const seed = testSeed()
    const random = new Dice(seed)
    const pieces = ["a", " ", "  ", "'", '"', "\\", "é", "😀", "\t", ":", "#", "-", "{", "%", "\n", "//"]
    for (let index = 0; index < scaled(20_000, 1_000); index += 1) {
      const some = (): string => Array.from({ length: random.below(8) }, () => random.pick(pieces)).join("")
      const value = `x${some()} word ${some()}x`
      const quoted = random.pick([JSON.stringify(value), `'${value.replaceAll("'", "''").replaceAll(/[\n\t]/g, " ")}'`])
      expect(foundAt(`key: ${quoted}\n`, "word"), `seed ${seed}: ${quoted}`).toBe("word")
    }
  })
})
