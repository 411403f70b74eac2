import path from "node:path"

import { defaultManifest } from "../../functions/manifest/default-manifest.ts"
import type { FunctionSource } from "../../functions/function-source.ts"
import type { FunctionDetail } from "../../protocol/functions-api.ts"
import type { KnownFunction } from "../functions/functions.ts"
import type { FunctionEdge } from "./function-edge.ts"
import { styleOf } from "./function-call.ts"

/** Everything that is known of functions, by name, as admins see it. Values of env and secrets are not part of it. */
export function functionDetail(functions: FunctionEdge): readonly FunctionDetail[] {
  const isSet = new Set(functions.secrets.list().map(({ name }) => name))
  const found = new Map(functions.sources.map((source) => [source.name, source]))
  const names = new Set([...found.keys(), ...functions.registry.all.map(({ name }) => name)])
  return [...names].toSorted().map((name) => {
    const known = functions.registry.get(name)
    const source = known?.served?.source ?? found.get(name)
    return source === undefined ? unreadable(functions, name) : detailOf(functions, { source, known, isSet })
  })
}

interface Described {
  readonly source: FunctionSource
  readonly known: KnownFunction | undefined
  /** The names of secrets that are set. */
  readonly isSet: ReadonlySet<string>
}

function detailOf(functions: FunctionEdge, { source, known, isSet }: Described): FunctionDetail {
  const { manifest, name } = source
  const served = known?.served ?? null
  const description = served?.built.description ?? null
  return {
    name,
    source: path.relative(functions.root, source.entryFile ?? source.wasmFile),
    state: stateOf(known),
    style: served === null ? null : styleOf(served),
    engine: served === null ? null : (description?.engine ?? "foreign"),
    hash: served?.built.hash ?? null,
    bytes: served?.built.bytes ?? null,
    path: manifest.isHttp ? `/api/functions/${name}` : null,
    routes: manifest.routes,
    access: manifest.access?.rule.expression ?? null,
    privileged: manifest.privileged,
    input: description?.input ?? null,
    output: description?.output ?? null,
    limits: functions.limitsOf(manifest),
    allowedHosts: manifest.allowedHosts,
    env: Object.keys(manifest.env),
    secrets: manifest.secrets.map((secret) => ({ name: secret, isSet: isSet.has(secret) })),
    lastBuild: known?.lastBuild ?? null,
    calls: functions.callsOf(name),
  }
}

/** A function whose manifest cannot be read: nothing is known of it but that. */
function unreadable(functions: FunctionEdge, name: string): FunctionDetail {
  const lastBuild = functions.registry.get(name)?.lastBuild ?? null
  return {
    name,
    source: lastBuild?.error?.problems?.[0]?.at?.file ?? "",
    state: "failed",
    style: null,
    engine: null,
    hash: null,
    bytes: null,
    path: null,
    routes: [],
    access: null,
    privileged: false,
    input: null,
    output: null,
    limits: functions.limitsOf(defaultManifest(name)),
    allowedHosts: [],
    env: [],
    secrets: [],
    lastBuild,
    calls: functions.callsOf(name),
  }
}

function stateOf(known: KnownFunction | undefined): FunctionDetail["state"] {
  if (known === undefined || known.served === null) return "failed"
  return known.lastBuild?.outcome === "failed" ? "stale" : "serving"
}
