import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from "yaml"
import type { Document, Node, Pair, YAMLParseError } from "yaml"

import type { SourceLocation } from "./source-location.ts"

/** A YAML value with the place where it stands, so that every later complaint can point at it. */
export type YamlNode = YamlScalar | YamlMap | YamlList

export interface YamlScalar {
  readonly kind: "scalar"
  readonly value: string | number | boolean | null
  /** True when the scalar was written in quotes, so that "true" and true can be told apart. */
  readonly quoted: boolean
  readonly at: SourceLocation
}

export interface YamlMap {
  readonly kind: "map"
  /** In the order of the file; keys are unique (the second of two equal ones is a problem and is left out). */
  readonly entries: readonly YamlEntry[]
  readonly at: SourceLocation
}

export interface YamlEntry {
  readonly key: string
  readonly keyAt: SourceLocation
  readonly value: YamlNode
}

export interface YamlList {
  readonly kind: "list"
  readonly items: readonly YamlNode[]
  readonly at: SourceLocation
}

/** What is wrong with a YAML text as such. */
export interface YamlProblem {
  /** A text with a syntax problem has no root; one with the other kinds has, without the part that is refused. */
  readonly kind: "syntax" | "duplicate-key" | "unsupported"
  readonly message: string
  readonly at: SourceLocation
}

export interface YamlTree {
  /** Null when the text is empty or has a syntax problem. */
  readonly root: YamlNode | null
  readonly problems: readonly YamlProblem[]
}

/** The deepest nesting that is read; deeper files are refused rather than recursed into. */
const depthMax = 50

/** How many aliases (`*name`) may be resolved, against files that expand without end. */
const aliasCountMax = 100

/** Parses YAML 1.2 into a tree with positions. Never throws: what is wrong comes back as problems. */
export function parseYamlTree(text: string, file: string): YamlTree {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false })
  const reader = new TreeReader(document, lines, file)
  const problems = telling(document.errors).map((error): YamlProblem => {
    return { kind: "syntax", message: sentence(error.message), at: reader.locate(error.pos[0], error.pos[1]) }
  })
  const root = document.contents === null || problems.length > 0 ? null : reader.read(document.contents, 0)
  return { root, problems: [...problems, ...reader.problems] }
}

/** After a fault the parser may stumble over every word that follows: of those complaints only a first one tells. */
function telling(errors: readonly YAMLParseError[]): readonly YAMLParseError[] {
  return errors
    .filter((error, index) => index === 0 || error.code !== "UNEXPECTED_TOKEN")
    .slice(0, syntaxProblemCountMax)
}

/** How many syntax problems are listed; they tend to follow from the first. */
const syntaxProblemCountMax = 10

/** Returns the value of a key, or undefined. */
export function yamlEntry(map: YamlMap, key: string): YamlEntry | undefined {
  return map.entries.find((entry) => entry.key === key)
}

/** Turns a tree back into plain values, dropping positions. */
export function yamlToValue(node: YamlNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value
    case "list":
      return node.items.map(yamlToValue)
    case "map":
      return Object.fromEntries(node.entries.map((entry) => [entry.key, yamlToValue(entry.value)]))
  }
}

class TreeReader {
  readonly problems: YamlProblem[] = []
  readonly #document: Document.Parsed
  readonly #lines: LineCounter
  readonly #file: string
  #aliasCount = 0

  constructor(document: Document.Parsed, lines: LineCounter, file: string) {
    this.#document = document
    this.#lines = lines
    this.#file = file
  }

  read(node: Node, depth: number): YamlNode {
    const at = this.#locateNode(node)
    if (depth > depthMax) return this.#refuse(at, `The file is nested deeper than ${depthMax} levels.`)
    if (isAlias(node)) {
      this.#aliasCount += 1
      if (this.#aliasCount > aliasCountMax) return this.#refuse(at, `The file uses more than ${aliasCountMax} aliases.`)
      const target = node.resolve(this.#document)
      if (target === undefined) return this.#refuse(at, `Nothing is anchored as "&${node.source}".`)
      return this.read(target, depth + 1)
    }
    if (isMap(node)) {
      return { kind: "map", entries: this.#readEntries(node.items, at, depth), at }
    }
    if (isSeq(node)) {
      return { kind: "list", items: node.items.map((item) => this.#readItem(item as Node, at, depth)), at }
    }
    if (isScalar(node)) {
      const quoted = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE"
      return { kind: "scalar", value: scalarValue(node.value), quoted, at }
    }
    return this.#refuse(at, "This kind of YAML node is not supported.")
  }

  locate(start: number, end: number): SourceLocation {
    const { line, col } = this.#lines.linePos(start)
    const close = this.#lines.linePos(Math.max(start, end))
    const length = close.line === line ? Math.max(1, close.col - col) : 1
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col), length }
  }

  #readEntries(pairs: readonly Pair[], parent: SourceLocation, depth: number): YamlEntry[] {
    const given = new Map<string, YamlEntry>()
    const entries = new Map<string, YamlEntry>()
    for (const pair of pairs) {
      const entry = this.#readEntry(pair, parent, depth)
      const first = given.get(entry.key)
      if (first !== undefined) {
        this.#refuseDuplicate(entry, first)
        continue
      }
      given.set(entry.key, entry)
      // What the map itself gives wins, wherever it stands; of merged maps the first one does.
      if (!isMergeKey(pair.key)) entries.set(entry.key, entry)
      else for (const other of this.#mergedEntries(entry)) if (!entries.has(other.key)) entries.set(other.key, other)
    }
    return [...entries.values()]
  }

  /** The entries of `<<: *base` and `<<: [*base, *other]`, each with the place where it stands. */
  #mergedEntries({ keyAt, value }: YamlEntry): readonly YamlEntry[] {
    const maps = value.kind === "list" ? value.items : [value]
    if (maps.every((map) => map.kind === "map")) return maps.flatMap((map) => map.entries)
    this.#refuse(keyAt, "The key << merges maps into this one: write <<: *name or <<: [*name, *other].")
    return []
  }

  #refuseDuplicate(entry: YamlEntry, first: YamlEntry): void {
    const message = `"${entry.key}" is given twice; the first is on line ${first.keyAt.line}.`
    this.problems.push({ kind: "duplicate-key", message, at: entry.keyAt })
  }

  #readEntry(pair: Pair, parent: SourceLocation, depth: number): YamlEntry {
    const keyNode = pair.key as Node
    const keyAt = this.#locateNode(keyNode)
    const key = isScalar(keyNode) ? String(keyNode.value) : ""
    if (!isScalar(keyNode)) this.#refuse(keyAt, "A key must be a plain word.")
    const value = pair.value === null ? this.#missing(keyAt ?? parent) : this.read(pair.value as Node, depth + 1)
    return { key, keyAt, value }
  }

  #readItem(item: Node, parent: SourceLocation, depth: number): YamlNode {
    if (isPair(item)) return this.#refuse(parent, "A list cannot hold a pair here.")
    return this.read(item, depth + 1)
  }

  #locateNode(node: Node): SourceLocation {
    const range = node.range
    return range ? this.locate(range[0], range[1]) : { file: this.#file, line: 1, column: 1, length: 1 }
  }

  #missing(at: SourceLocation): YamlScalar {
    return { kind: "scalar", value: null, quoted: false, at }
  }

  #refuse(at: SourceLocation, message: string): YamlScalar {
    this.problems.push({ kind: "unsupported", message, at })
    return this.#missing(at)
  }
}

/** In quotes it is a word like any other. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN"
}

function scalarValue(value: unknown): string | number | boolean | null {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value
  return typeof value === "bigint" ? String(value) : null
}

/** The library's messages are fragments; ours are sentences. */
function sentence(message: string): string {
  const line = message.split("\n", 1)[0]!.trim()
  return /[.!?]$/.test(line) ? line : `${line}.`
}
