import { nearestWord } from "../../lib/nearest-word.ts"
import type { SourceLocation } from "../../lib/source-location.ts"
import type { ShapeReader } from "./read-shape.ts"

/** Words for what Alyx compiles itself. */
const own = ["wasm", "node", "js", "javascript", "typescript", "ts"]

/** Languages that have a kit of Extism's, with the program that compiles them. */
const others: Readonly<Record<string, string>> = {
  assemblyscript: "asc",
  c: "clang",
  "c++": "clang++",
  cpp: "clang++",
  csharp: "dotnet",
  dotnet: "dotnet",
  fsharp: "dotnet",
  go: "tinygo",
  golang: "tinygo",
  haskell: "wasm32-wasi-ghc",
  moonbit: "moon",
  python: "extism-py",
  py: "extism-py",
  rust: "cargo",
  tinygo: "tinygo",
  zig: "zig",
}

/** Checks the word of `runtime`; another language needs a command that makes the plug-in. */
export function checkRuntime(
  written: { readonly word: string; readonly at: SourceLocation },
  hasBuild: boolean,
  reader: ShapeReader,
): void {
  const word = written.word.toLowerCase()
  if (own.includes(word)) return
  const program = Object.hasOwn(others, word) ? others[word] : undefined
  if (program === undefined) {
    const near = nearestWord(word, [...own, ...Object.keys(others)])
    const known = `Alyx itself compiles JavaScript and TypeScript: wasm, node, js or typescript.`
    const next = near === undefined ? known : `Did you mean "${near}"? ${known}`
    return reader.report("INVALID_VALUE", `There is no runtime "${written.word.slice(0, 40)}".`, written.at, next)
  }
  if (hasBuild) return
  const message = `runtime ${word} needs build.command: Alyx itself compiles JavaScript and TypeScript only.`
  const next = `Add build: with a command that makes an Extism plug-in (such as ${program}), its args, and the .wasm as output.`
  reader.report("BUILD_MISSING", message, written.at, next)
}
