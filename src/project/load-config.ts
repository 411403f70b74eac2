import { join } from "node:path"

import type { Problem } from "../errors.ts"
import { nearestWord } from "../lib/nearest-word.ts"
import { parseYamlTree } from "../lib/yaml-tree.ts"
import type { YamlProblem } from "../lib/yaml-tree.ts"
import { configConflicts } from "./config-conflicts.ts"
import { assembleConfig } from "./config.ts"
import type { Config } from "./config.ts"
import { configOptions, placedOptions, variableName } from "./options.ts"
import type { PlacedOption } from "./options.ts"
import type { Option } from "./options/option.ts"
import { openServerNotices } from "./open-server-notice.ts"
import type { Origin } from "./origin.ts"
import { readConfigTree } from "./read-config-file.ts"
import type { FileValues } from "./read-config-file.ts"
import { readText } from "./read-text.ts"
import { foreignVariables } from "./foreign-variables.ts"
import { Variables } from "./variables.ts"
import type { FindName, FoundVariable } from "./variables.ts"

/** What the configuration is read from. */
export interface ConfigSources {
  /** The project's root: an absolute path. */
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Values of command line flags by the option's place: `{ "server.port": 9000 }`. */
  readonly flags: Readonly<Record<string, string | number | boolean | undefined>>
  readonly mode: "dev" | "start" | "tool"
}

/** The configuration, or everything that is wrong with it. */
export interface LoadedConfig {
  /** Null when there are problems. */
  readonly config: Config | null
  readonly problems: readonly Problem[]
  /** What does no harm but should be known. */
  readonly notices: readonly Problem[]
  /** Where each option's value came from, by its place in alyx.yaml; entries also by `webhooks[0].url`. */
  readonly origins: ReadonlyMap<string, Origin>
  /** Absolute paths of the files that have a say, whether they exist or not: to be watched. */
  readonly files: readonly string[]
}

/** alyx.yaml may not be larger than this. */
const configBytesMax = 1024 * 1024

/**
 * Reads the configuration of a project. Precedence: flag, environment, .env.local, .env, alyx.yaml, default. Never
 * throws for what stands in a file or a variable: all of it comes back as problems, and no problem holds a value.
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const variables = new Variables(sources)
  const problems: Problem[] = []
  const values = new Map<string, unknown>()
  const origins = new Map<string, Origin>()
  const configFile = join(sources.root, "alyx.yaml")

  const outer = new Map(placedOptions().map(({ path, node }) => [path, outerValue(path, node, sources, variables)]))
  const file = readConfigFile(configFile, variables, (path) => (outer.get(path) ?? null) !== null)
  problems.push(...file.problems)
  for (const { path, node } of placedOptions()) {
    const settled = settle(path, node, outer.get(path) ?? null, file, sources.mode)
    if ("problem" in settled) problems.push(settled.problem)
    else values.set(path, settled.value)
    origins.set(path, settled.origin)
  }
  for (const [path, at] of file.entryPlaces) origins.set(path, { kind: "file", at })
  problems.push(...variables.problems)

  const config = problems.length === 0 ? assembleConfig(values, sources.root) : null
  if (config !== null) problems.push(...configConflicts(config, origins))
  return {
    config: problems.length === 0 ? config : null,
    problems: inOrder(problems),
    notices: inOrder([
      ...openServerNotices(config, origins),
      ...unbuiltNotices(origins),
      ...unknownVariables(variables),
    ]),
    origins,
    files: [configFile, ...variables.files],
  }
}

/** By place; what has none (flags and variables) comes first. */
function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(({ at: a }, { at: b }) => {
    if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
    if (a.file !== b.file) return a.file < b.file ? -1 : 1
    return a.line - b.line || a.column - b.column
  })
}

function readConfigFile(path: string, variables: Variables, isOverridden: (path: string) => boolean): FileValues {
  const empty = { values: new Map(), entryPlaces: new Map(), problems: [] }
  const read = readText({ path, name: "alyx.yaml", bytesMax: configBytesMax })
  if (read.kind === "missing") return empty
  if (read.kind === "unreadable") return { ...empty, problems: [read.problem] }
  const tree = parseYamlTree(read.text, "alyx.yaml")
  const syntax = tree.problems.map((problem) => syntaxProblem(problem, read.text))
  if (tree.root === null) return { ...empty, problems: syntax }
  const file = readConfigTree(tree.root, configOptions, { lookup: (name) => variables.lookup(name), isOverridden })
  return { ...file, values: file.values, entryPlaces: file.entryPlaces, problems: [...syntax, ...file.problems] }
}

/** Braces have a meaning inside [ ] and { }, which the parser's message does not tell. */
function syntaxProblem(problem: YamlProblem, text: string): Problem {
  const line = text.split("\n")[problem.at.line - 1] ?? ""
  const next = line.includes("${") ? { next: "Inside [ ] and { } a ${NAME} must be in quotes." } : {}
  return { code: "YAML_SYNTAX", ...problem, ...next }
}

/** What a flag or a variable says of an option, as text; null when neither does. */
function outerValue(
  path: string,
  node: PlacedOption["node"],
  sources: ConfigSources,
  variables: Variables,
): FoundVariable | null {
  if (node.kind !== "option") return null
  const flag = sources.flags[path]
  if (flag !== undefined) return { value: String(flag), origin: { kind: "flag", flag: node.flag ?? path } }
  return variables.find(namesOf(path, node))
}

function namesOf(path: string, node: Option<unknown>): FindName[] {
  const name = variableName(path)
  const names: FindName[] = [{ name }]
  if (node.secret) names.push({ name: `${name}_FILE`, isFile: true })
  // Platforms that run containers say by PORT where they expect the server.
  if (path === "server.port") names.push({ name: "PORT", environmentOnly: true })
  return names
}

type Settled =
  | { readonly value: unknown; readonly origin: Origin }
  | { readonly problem: Problem; readonly origin: Origin }

/** Decides which source of an option wins. */
function settle(
  path: string,
  node: PlacedOption["node"],
  outer: FoundVariable | null,
  file: FileValues,
  mode: "dev" | "start" | "tool",
): Settled {
  const written = file.values.get(path)
  const fileOrigin: Origin = written === undefined ? { kind: "default" } : { kind: "file", at: written.at }
  if (node.kind === "entries") {
    return { value: written?.value ?? (node.shape === "list" ? [] : {}), origin: fileOrigin }
  }
  if (outer === null) {
    const value = mode === "start" ? node.startDefault : node.default
    return { value: written === undefined ? value : written.value, origin: fileOrigin }
  }
  const read = node.type.parse(outer.value, "text")
  if (read.ok) return { value: read.value, origin: outer.origin }
  return { problem: outerProblem(path, outer.origin, read), origin: outer.origin }
}

function outerProblem(path: string, origin: Origin, read: { readonly code: string; readonly must: string }): Problem {
  const name = origin.kind === "flag" ? `--${origin.flag}` : "variable" in origin ? origin.variable : path
  const message = `${name} must ${read.must}.`
  return { code: read.code, message, ...(origin.kind === "dotenv" ? { at: origin.at } : {}) }
}

/** One notice for each top-level key under which something is set that this version does not act on. */
function unbuiltNotices(origins: ReadonlyMap<string, Origin>): Problem[] {
  const byTopKey = Map.groupBy(
    placedOptions().filter(({ path, node }) => !node.built && origins.get(path)?.kind !== "default"),
    ({ path }) => path.split(".", 1)[0]!,
  )
  return [...byTopKey.values()].map((placed) => {
    const paths = placed.map(({ path }) => path)
    const named = paths.slice(0, 3).join(", ") + (paths.length > 3 ? ` and ${paths.length - 3} more` : "")
    const origin = origins.get(paths[0]!)
    return {
      code: "NOT_BUILT",
      message: `${named}: checked, but this version of Alyx does not act on ${paths.length === 1 ? "it" : "them"} yet.`,
      ...(origin !== undefined && "at" in origin ? { at: origin.at } : {}),
    }
  })
}

/** Notices for variables that begin with ALYX_ and mean nothing. */
function unknownVariables(variables: Variables): Problem[] {
  const known = new Set(Object.keys(foreignVariables))
  for (const { path, node } of placedOptions()) {
    if (node.kind !== "option") continue
    for (const { name } of namesOf(path, node)) known.add(name)
  }
  return [...variables.ownNames()].flatMap(([name, origin]) => {
    if (known.has(name)) return []
    const near = nearestWord(name, known)
    return [
      {
        code: "UNKNOWN_VARIABLE",
        message: `The variable ${name} sets nothing.`,
        ...(near === undefined ? {} : { next: `Did you mean ${near}?` }),
        ...("at" in origin ? { at: origin.at } : {}),
      },
    ]
  })
}
