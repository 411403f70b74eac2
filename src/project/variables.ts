import { isAbsolute, join } from "node:path"

import type { Problem } from "../errors.ts"
import { parseDotenv } from "./dotenv.ts"
import type { Dotenv } from "./dotenv.ts"
import type { Origin } from "./origin.ts"
import { envFileNames } from "./paths.ts"
import { readText } from "./read-text.ts"

/** A variable's value, and where it was set. */
export interface FoundVariable {
  readonly value: string
  readonly origin: Origin
}

/** No .env file is larger; neither is a file that holds one secret. */
const bytesMax = 256 * 1024

/** The variables that a project sees: the environment, then .env.local, then .env. Empty ones of ours count as unset. */
export class Variables {
  readonly problems: Problem[] = []
  /** The files that were looked for, whether there or not. */
  readonly files: string[] = []
  readonly #root: string
  readonly #env: Readonly<Record<string, string | undefined>>
  readonly #dotenvs: readonly Dotenv[]

  constructor(options: { readonly root: string; readonly env: Readonly<Record<string, string | undefined>> }) {
    this.#root = options.root
    this.#env = options.env
    this.#dotenvs = envFileNames.map((name) => this.#readDotenv(name))
  }

  /** The value for `${NAME}`. */
  lookup(name: string): string | undefined {
    const own = Object.hasOwn(this.#env, name) ? this.#env[name] : undefined
    if (own !== undefined) return own
    return this.#dotenvs.find((dotenv) => dotenv.variables.has(name))?.variables.get(name)?.value
  }

  /** The first place that sets one of the names to something; within one place the first name wins. */
  find(names: readonly FindName[]): FoundVariable | null {
    for (const { name, isFile } of names) {
      const value = this.#env[name]
      if (value === undefined || value === "") continue
      return this.#read(name, value, isFile, { kind: "environment", variable: name })
    }
    for (const dotenv of this.#dotenvs) {
      for (const { name, isFile, environmentOnly } of names) {
        const variable = dotenv.variables.get(name)
        if (variable === undefined || variable.value === "" || environmentOnly) continue
        return this.#read(name, variable.value, isFile, { kind: "dotenv", variable: name, at: variable.at })
      }
    }
    return null
  }

  /** Every name that begins with ALYX_, with the place of those in .env files. */
  ownNames(): ReadonlyMap<string, Origin> {
    const names = new Map<string, Origin>()
    for (const dotenv of this.#dotenvs) {
      for (const [name, { at }] of dotenv.variables) {
        if (name.startsWith("ALYX_") && !names.has(name)) names.set(name, { kind: "dotenv", variable: name, at })
      }
    }
    for (const name of Object.keys(this.#env)) {
      if (name.startsWith("ALYX_")) names.set(name, { kind: "environment", variable: name })
    }
    return names
  }

  #readDotenv(name: string): Dotenv {
    const path = join(this.#root, name)
    this.files.push(path)
    const read = readText({ path, name, bytesMax })
    if (read.kind === "unreadable") this.problems.push(read.problem)
    if (read.kind !== "text") return { variables: new Map(), problems: [] }
    const dotenv = parseDotenv(read.text, name)
    this.problems.push(...dotenv.problems)
    return dotenv
  }

  /** For NAME_FILE the value is what the file holds, without its last line break. */
  #read(name: string, value: string, isFile: boolean | undefined, origin: Origin): FoundVariable | null {
    if (!isFile) return { value, origin }
    const path = isAbsolute(value) ? value : join(this.#root, value)
    this.files.push(path)
    const read = readText({ path, name: value, bytesMax })
    if (read.kind === "text") return { value: read.text.replace(/\r?\n$/, ""), origin }
    const why = read.kind === "missing" ? "does not exist" : "cannot be read"
    this.problems.push({
      code: "FILE_UNREADABLE",
      message: `${name} names the file ${value}, which ${why}.`,
      ...(origin.kind === "dotenv" ? { at: origin.at } : {}),
    })
    return null
  }
}

/** A name that may set an option. */
export interface FindName {
  readonly name: string
  /** The variable holds the path of a file that holds the value. */
  readonly isFile?: boolean
  /** Not looked for in .env files. */
  readonly environmentOnly?: boolean
}
