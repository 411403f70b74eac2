import { existsSync, readFileSync } from "node:fs"
import { basename, dirname, extname, join, relative } from "node:path"

import { alyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import { hostFunctionsMax, paramsMax } from "../plugin-interface.ts"
import type { FunctionSignature, HostFunction, PluginInterface, ValueType } from "../plugin-interface.ts"

/** The declarations beside a source. */
export interface FoundInterface {
  /** Absolute. */
  readonly file: string
  /** Null where they are about something else. */
  readonly declared: PluginInterface | null
}

/** The file that may declare the interface of a source. */
export function interfaceFileOf(entryFile: string): string {
  return join(dirname(entryFile), `${basename(entryFile, extname(entryFile))}.d.ts`)
}

/**
 * Reads the interface file of Extism's kit: `<source>.d.ts` beside a source, where it declares a module "main" or
 * "extism:host". Null where there is no such file. Throws BUILD_FAILED for what cannot be a function of WebAssembly.
 */
export function readInterface({ root, entryFile }: { root: string; entryFile: string }): FoundInterface | null {
  const file = interfaceFileOf(entryFile)
  if (!existsSync(file)) return null
  const text = readFileSync(file, "utf8")
  const isInterface = moduleStart.test(withoutComments(text))
  return { file, declared: isInterface ? new InterfaceReader(relative(root, file), text).read() : null }
}

const moduleStart = /\bdeclare\s+module\s+['"](?:main|extism:[\w:./-]+)['"]/

const tokenPattern = /'[^'\n]*'|"[^"\n]*"|[A-Za-z_$][\w$]*|\S/g

interface Token {
  readonly text: string
  readonly at: number
}

const valueTypes: Readonly<Record<string, ValueType>> = { I32: "i32", I64: "i64", PTR: "i64", F32: "f32", F64: "f64" }

/** Reads the few declarations that the kit knows; others are passed over. */
class InterfaceReader {
  readonly #file: string
  readonly #text: string
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
    this.#tokens = [...withoutComments(text).matchAll(tokenPattern)].map(([found], index, all) => ({
      text: found,
      at: all[index]!.index,
    }))
  }

  read(): PluginInterface {
    let exports: FunctionSignature[] | null = null
    const hostFunctions: HostFunction[] = []
    while (this.#next < this.#tokens.length) {
      const name = this.#takeModuleName()
      if (name === "main") (exports ??= []).push(...this.#functions())
      else if (name !== null) hostFunctions.push(...this.#interfaces(name))
    }
    if (hostFunctions.length > hostFunctionsMax)
      throw this.#problem(`A plug-in has at most ${hostFunctionsMax} host functions; here are ${hostFunctions.length}.`)
    return { exports, hostFunctions }
  }

  /** The name of the module whose block begins here; null for anything else, which is passed over. */
  #takeModuleName(): string | null {
    if (!this.#takes("declare") || !this.#takes("module")) {
      this.#next += 1
      return null
    }
    const name = this.#take().text.slice(1, -1)
    this.#expect("{")
    return name
  }

  #functions(): FunctionSignature[] {
    const found: FunctionSignature[] = []
    while (!this.#takes("}")) {
      this.#takes("export")
      this.#expect("function")
      found.push(this.#signature())
    }
    return found
  }

  #interfaces(module: string): HostFunction[] {
    const found: HostFunction[] = []
    while (!this.#takes("}")) {
      this.#takes("export")
      this.#expect("interface")
      const namespace = `${module}/${this.#take().text}`
      this.#expect("{")
      while (!this.#takes("}")) found.push({ ...this.#signature(), module: namespace })
    }
    return found
  }

  #signature(): FunctionSignature {
    const name = this.#take().text
    this.#expect("(")
    const params: ValueType[] = []
    while (!this.#takes(")")) {
      this.#take()
      params.push(this.#takes(":") ? this.#valueType() : "i64")
      this.#takes(",")
    }
    if (params.length > paramsMax) throw this.#problem(`${name} has more than ${paramsMax} parameters.`)
    const result = !this.#takes(":") || this.#takes("void") ? null : this.#valueType()
    this.#takes(";")
    return { name, params, result }
  }

  #valueType(): ValueType {
    const { text } = this.#take()
    const type = valueTypes[text.toUpperCase()]
    if (type === undefined) throw this.#problem(`${text} is no type of WebAssembly: I32, I64, F32, F64 and PTR are.`)
    return type
  }

  #take(): Token {
    const token = this.#tokens[this.#next]
    if (token === undefined) throw this.#problem("The interface file ends too early.")
    this.#next += 1
    return token
  }

  #takes(text: string): boolean {
    if (this.#tokens[this.#next]?.text !== text) return false
    this.#next += 1
    return true
  }

  #expect(text: string): void {
    const token = this.#take()
    if (token.text !== text) throw this.#problem(`Here stands ${token.text}, and ${text} is expected.`)
  }

  /** At the token that was taken last. */
  #problem(message: string): AlyxError {
    const { at, text } = this.#tokens[Math.max(0, this.#next - 1)]!
    const before = this.#text.slice(0, at).split("\n")
    const place = { file: this.#file, line: before.length, column: before.at(-1)!.length + 1, length: text.length }
    const next = "docs/functions.md shows an interface file."
    return alyxError("BUILD_FAILED", {
      message: `${this.#file} does not declare a plug-in's interface.`,
      problems: [{ code: "BUILD_FAILED", message, next, at: place }],
    })
  }
}

/** The same text with spaces for comments, so that places stay. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (comment) => comment.replaceAll(/[^\n]/g, " "))
}
