import type { Location, Message, Note } from "esbuild"

import type { Problem } from "../../errors.ts"
import { editDistance } from "../../lib/nearest-word.ts"
import type { SourceLocation } from "../../lib/source-location.ts"
import { sdkName } from "./virtual-modules.ts"

/** A message of esbuild as a problem with its place; paths are relative to the root already. */
export function buildProblem(message: Message): Problem {
  const at = message.location === null ? undefined : placeOf(message.location)
  const advice = adviceFor(message)
  return {
    code: "BUILD_FAILED",
    message: sentence(missingOfNode(message.text) ?? message.text),
    ...(advice === undefined ? {} : { next: advice }),
    ...(at === undefined ? {} : { at }),
  }
}

/** What is not wrong, one sentence each. */
export function buildWarnings(messages: readonly Message[]): readonly string[] {
  return messages.filter(isTelling).map(({ text, location }) => {
    const place = location === null ? "" : `${location.file}:${location.line}:${location.column + 1}: `
    return place + sentence(text)
  })
}

/** esbuild counts columns from 0, in UTF-8; lines of code are ASCII where it matters. */
export function placeOf({ file, line, column, length, lineText }: Location): SourceLocation {
  const before = Buffer.from(lineText).subarray(0, column).toString("utf8").length
  return { file: plainFile(file), line, column: before + 1, length: Math.max(1, length) }
}

/** What people see of a file: not the namespace that a plugin gave it. */
export function plainFile(file: string): string {
  return file.replace(/^(?:file|alyx-[a-z]+):/, "")
}

/** Warnings about files of ours that may not be there yet, and about packages, help nobody. */
function isTelling({ location, id }: Message): boolean {
  if (id === "tsconfig.json" || id === "missing-base" || id === "package.json") return false
  return location === null || !/node_modules\/|^alyx-/.test(location.file)
}

/** `crypto.scryptSync`, where a module of Node has no such part in functions. */
function missingOfNode(text: string): string | undefined {
  const [, file, name] = /^No matching export in "alyx-node:([\w-]+)\.js" for import "(\w+)"/.exec(text) ?? []
  return file === undefined ? undefined : `${file.replaceAll("-", "/")}.${name} is not in a function`
}

const ofNode: Readonly<Record<string, string>> = {
  crypto: "Use crypto.subtle, or a package that computes by itself, as @noble/hashes and @noble/ciphers do.",
  zlib: "gzip, deflate and inflate are there, and no others.",
}

function adviceFor({ text, notes }: Message): string | undefined {
  const module = /^No matching export in "alyx-node:([\w-]+)\.js"/.exec(text)?.[1]
  if (module !== undefined) return ofNode[module] ?? "Use another package, or one with a build for browsers or workers."
  if (text.startsWith("No loader is configured for")) return kindsOfFiles
  const missing = /^Could not resolve "([^"]+)"/.exec(text)?.[1]
  if (missing === undefined) {
    const note = notes.find((each) => each.text !== "")
    return note === undefined ? undefined : noteSentence(note)
  }
  if (missing.startsWith(".") || missing.startsWith("/")) return "Mend the path, or write the file."
  if (/\/jsx-(?:dev-)?runtime$/.test(missing)) {
    const name = missing.replace(/\/jsx-(?:dev-)?runtime$/, "")
    const another = "or name another with /** @jsxImportSource preact */ or in tsconfig.json"
    return `JSX needs a package: npm install ${name}, ${another}. A function of your own (/** @jsx h */) needs /** @jsxRuntime classic */ too.`
  }
  const name = packageName(missing)
  if (isMisspelled(name)) return `Did you mean "${sdkName}"? It needs no package.`
  return `Install it in the project or beside the function: npm install ${name}`
}

/** Nobody should install a package because it is named almost as what is there without one. */
function isMisspelled(name: string): boolean {
  return name.startsWith("@alyx/") || name === "alyx" || editDistance(name, sdkName) <= 2
}

/** A note that ends with a colon is about a place. */
function noteSentence({ text, location }: Note): string {
  if (location === null || !text.endsWith(":")) return sentence(text)
  const { file, line, column } = placeOf(location)
  return `${text} ${file}:${line}:${column}`
}

const kindsOfFiles =
  'Imports may be TypeScript, JavaScript, JSX, JSON, text (.txt, .md, .html, .sql, or any file with { type: "text" }) and .wasm; ' +
  "fetch other files from where they lie, or write them as base64 in a .txt file."

/** `@scope/name/part` is a part of the package `@scope/name`. */
function packageName(path: string): string {
  return path.split("/", path.startsWith("@") ? 2 : 1).join("/")
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
