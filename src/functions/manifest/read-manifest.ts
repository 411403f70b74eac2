import type { Problem } from "../../errors.ts"
import type { SourceLocation } from "../../lib/source-location.ts"
import type { YamlMap, YamlNode } from "../../lib/yaml-tree.ts"
import { parseYamlTree } from "../../lib/yaml-tree.ts"
import type { BuildCommand, FunctionHook, FunctionManifest, FunctionSchedule } from "../function-manifest.ts"
import { readAccess } from "./access.ts"
import { defaultManifest } from "./default-manifest.ts"
import { manifestShape } from "./manifest-shape.ts"
import type { ReadValue } from "./read-shape.ts"
import { ShapeReader } from "./read-shape.ts"
import type { PlacedRoute, WrittenRoute } from "./routes.ts"
import { complaintAbout, readRoute } from "./routes.ts"
import { checkRuntime } from "./runtimes.ts"
import type { WrittenSchedule } from "./schedules.ts"
import { readSchedule } from "./schedules.ts"

/** What to read, and what from. */
export interface ManifestText {
  readonly text: string
  /** Relative to the root. */
  readonly file: string
  /** The name when the manifest gives none: the file's or the folder's. */
  readonly name: string
  /** The value for `${NAME}`. */
  readonly lookup: (name: string) => string | undefined
}

/** A manifest with what is only needed while functions are found. */
export interface ReadManifest {
  readonly manifest: FunctionManifest
  /** `main`: the source file, relative to the folder. */
  readonly main: string | null
  readonly nameAt: SourceLocation
  readonly routes: readonly PlacedRoute[]
  /** Where `build` stands; where the file begins when it has none. */
  readonly buildAt: SourceLocation
  readonly problems: readonly Problem[]
}

type Written = ReadonlyMap<string, ReadValue>

/** What the shapes of manifest-shape.ts make of the keys that are written and right. */
interface GivenManifest {
  readonly name?: string
  readonly main?: string
  readonly entry?: string
  readonly timeout?: number
  readonly memory?: number
  readonly min_warm?: number
  readonly max_concurrency?: number
  readonly idle_timeout?: number
  readonly isolation?: FunctionManifest["isolation"]
  readonly snapshot?: boolean
  readonly abi?: "extism"
  readonly allowed_hosts?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
  readonly privileged?: boolean
  readonly http?: boolean
  readonly routes?: readonly WrittenRoute[]
  readonly hooks?: readonly Readonly<Record<string, unknown>>[]
  readonly build?: GivenBuild
}

type GivenBuild = Partial<BuildCommand> & Pick<BuildCommand, "command" | "output">

/** Reads a manifest. Never throws for what it says; with problems the manifest is not to be used. */
export function readManifest({ text, file, name, lookup }: ManifestText): ReadManifest {
  const start: SourceLocation = { file, line: 1, column: 1, length: 1 }
  const reader = new ShapeReader(lookup)
  const tree = parseYamlTree(text, file)
  for (const problem of tree.problems) {
    const { message, next } = withBracesAdvice(problem, text)
    reader.report("YAML_SYNTAX", message, problem.at, next)
  }
  const root = tree.problems.some(({ kind }) => kind === "unsupported") ? null : tree.root
  if (root !== null && root.kind !== "map" && !(root.kind === "scalar" && root.value === null)) {
    reader.report("WRONG_TYPE", "A manifest must be a map, such as `timeout: 10s`.", root.at)
  }
  const tops = root?.kind === "map" ? root : emptyMap(start)
  const written = reader.readMembers(tops, manifestShape, "")
  const settled = settle({ written, tops, reader, text, name })
  const problems = reader.problems.toSorted((a, b) => placeOrder(a.at, b.at))
  return { ...settled, manifest: { ...settled.manifest, file }, problems }
}

function settle(parts: {
  readonly written: Written
  readonly tops: YamlMap
  readonly reader: ShapeReader
  readonly text: string
  readonly name: string
}): Omit<ReadManifest, "problems"> {
  const { written, tops, reader, text } = parts
  const given = Object.fromEntries([...written].map(([key, { value }]) => [key, value])) as GivenManifest
  const hasBuild = tops.entries.some(({ key }) => key === "build")
  const runtime = written.get("runtime")
  if (runtime !== undefined) checkRuntime({ word: String(runtime.value), at: runtime.at }, hasBuild, reader)
  const access = written.get("access")
  const name = given.name ?? parts.name
  const routes = readEach(tops, "routes", given.routes, (each, at) => readRoute(each, at, reader))
  const hooks = readEach(tops, "hooks", given.hooks, (each, at) => readHook(each, at, reader))
  const schedules = [...shortSchedule(written, name, reader), ...readSchedules(tops, written, reader)]
  const isCalledOtherwise = hooks.length > 0 || schedules.length > 0
  const plain = defaultManifest(name)
  const manifest: FunctionManifest = {
    ...plain,
    entry: given.entry ?? plain.entry,
    timeoutMs: given.timeout ?? plain.timeoutMs,
    memoryBytes: given.memory ?? plain.memoryBytes,
    minWarm: given.min_warm ?? plain.minWarm,
    maxConcurrency: given.max_concurrency ?? plain.maxConcurrency,
    idleTimeoutMs: given.idle_timeout ?? plain.idleTimeoutMs,
    isolation: given.isolation ?? plain.isolation,
    snapshot: given.snapshot ?? plain.snapshot,
    abi: given.abi ?? plain.abi,
    allowedHosts: given.allowed_hosts ?? plain.allowedHosts,
    env: given.env ?? plain.env,
    secrets: given.secrets ?? plain.secrets,
    privileged: given.privileged ?? plain.privileged,
    access: access === undefined ? null : readAccess(String(access.value), access.at, { text, reader }),
    isHttp: given.http ?? (!isCalledOtherwise || routes.length > 0),
    routes: routes.map(({ route }) => route),
    hooks,
    schedules,
    build: readBuild(given.build),
  }
  const entryAt = (key: string): SourceLocation => tops.entries.find((entry) => entry.key === key)?.keyAt ?? tops.at
  return { manifest, main: given.main ?? null, nameAt: entryAt("name"), routes, buildAt: entryAt("build") }
}

/** Goes through what a list was written as, together with the place of each item. */
function readEach<Item, Result>(
  tops: YamlMap,
  key: string,
  items: readonly Item[] | undefined,
  read: (item: Item, at: SourceLocation) => Result | null,
): readonly Result[] {
  const node = tops.entries.find((entry) => entry.key === key)?.value
  return (items ?? []).flatMap((item, index) => {
    return item === undefined ? [] : (read(item, placeOf(node, index, tops.at)) ?? [])
  })
}

function placeOf(node: YamlNode | undefined, index: number, otherwise: SourceLocation): SourceLocation {
  return (node?.kind === "list" ? node.items[index]?.at : node?.at) ?? otherwise
}

function readHook(written: Readonly<Record<string, unknown>>, at: SourceLocation, reader: ShapeReader): FunctionHook {
  const { type, ...settings } = written
  const path = settings["path"]
  const complaint = typeof path === "string" ? complaintAbout(path) : null
  if (complaint !== null) reader.report("ROUTE_INVALID", `The webhook's path ${String(path)} ${complaint}`, at)
  return { type: type as FunctionHook["type"], settings }
}

function readSchedules(tops: YamlMap, written: Written, reader: ShapeReader): readonly FunctionSchedule[] {
  const names = new Set<string>()
  const items = written.get("schedules")?.value as readonly WrittenSchedule[] | undefined
  return readEach(tops, "schedules", items, (each, at) => {
    if (names.has(each.name)) {
      reader.report("NAME_TAKEN", `Two schedules have the name ${each.name}.`, at, "Rename one of them.")
    }
    names.add(each.name)
    return readSchedule(each, at, reader)
  })
}

/** `schedule: "0 8 * * *"`. */
function shortSchedule(written: Written, name: string, reader: ShapeReader): readonly FunctionSchedule[] {
  const short = written.get("schedule")
  if (short === undefined) return []
  const read = readSchedule({ name, type: "cron", expression: String(short.value) }, short.at, reader)
  return read === null ? [] : [read]
}

function readBuild(written: GivenBuild | undefined): BuildCommand | null {
  if (written === undefined) return null
  return { command: written.command, args: written.args ?? [], watch: written.watch ?? [], output: written.output }
}

/** Braces have a meaning inside [ ] and { }, which the parser's message does not tell. */
function withBracesAdvice(
  { message, at }: { readonly message: string; readonly at: SourceLocation },
  text: string,
): { readonly message: string; readonly next: string | undefined } {
  const line = text.split("\n")[at.line - 1] ?? ""
  const quotes = "A value that holds { must be in quotes."
  // Within a word, as in /orders/{id} and ${NAME}.
  if (!/[^\s[{,]\{/.test(line)) return { message, next: line.includes("{") ? quotes : undefined }
  if (line.includes("${")) return { message: `${quotes} The parser says: ${message}`, next: variableAdvice }
  const next = 'As in ["GET /orders/{id}"]; on a line of its own, - GET /orders/{id}, it needs none.'
  return { message: `${quotes} The parser says: ${message}`, next }
}

const variableAdvice = 'As in { SHOP: "${SHOP_NAME}" }; on a line of its own, SHOP: ${SHOP_NAME}, it needs none.'

function placeOrder(a: SourceLocation | undefined, b: SourceLocation | undefined): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0)
}

function emptyMap(at: SourceLocation): YamlMap {
  return { kind: "map", entries: [], at }
}
