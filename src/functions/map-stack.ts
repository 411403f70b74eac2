import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping"

import { BoundedCache } from "../lib/bounded-cache.ts"
import type { SourceLocation } from "../lib/source-location.ts"
import { bundleFileName } from "./bundle-file-name.ts"

/** A place in a stack trace, with or without the name of what was called. */
const place = /\(?([^\s()]+):(\d+):(\d+)\)?$/

/** Parsed maps; one is parsed in some milliseconds, and kept for the next error of the same function. */
const traces = new BoundedCache<TraceMap | "unreadable">({ sizeMax: 32, keyLengthMax: 16 * 1024 * 1024 })

/** No stack is read further; QuickJS itself keeps fewer lines. */
const lineCountMax = 100

/**
 * Turns the places of a stack trace of the guest into those of the source, relative to the project's root. Lines of our own
 * prelude and of modules that we bring along are left out. A map that cannot be read changes nothing: plug-ins bring their own.
 */
export function mapStack(stack: string, sourceMap: string): string {
  const trace = traceOf(sourceMap)
  if (trace === null) return stack
  return stack
    .split("\n")
    .slice(0, lineCountMax)
    .flatMap((line) => mapLine(line, trace) ?? [])
    .join("\n")
}

/** The first place of a stack that lies in a file of the project; those of its packages count where there is no other. */
export function firstPlace(stack: string, sourceMap: string): SourceLocation | null {
  const trace = traceOf(sourceMap)
  if (trace === null) return null
  const places = stack
    .split("\n")
    .slice(0, lineCountMax)
    .flatMap((line) => locate(line, trace) ?? [])
  return places.find(({ file }) => !/(?:^|\/)node_modules\//.test(file)) ?? places[0] ?? null
}

function traceOf(sourceMap: string): TraceMap | null {
  const trace = traces.get(sourceMap, readMap)
  return trace === "unreadable" ? null : trace
}

function readMap(text: string): TraceMap | "unreadable" {
  try {
    const trace = new TraceMap(text)
    // Mappings are read only when they are asked for.
    originalPositionFor(trace, { line: 1, column: 0 })
    return trace
  } catch {
    return "unreadable"
  }
}

/** The line as it is to be shown; null when it is to be left out. */
function mapLine(line: string, trace: TraceMap): string | null {
  const match = place.exec(line)
  if (match === null) return line
  if (match[1]!.startsWith("alyx:")) return null
  if (match[1] !== bundleFileName) return line
  const found = locate(line, trace)
  if (found === null) return null
  const before = line.slice(0, match.index).trimEnd()
  const where = `${found.file}:${found.line}:${found.column}`
  return before.endsWith("at") ? `${before} ${where}` : `${before} (${where})`
}

/** Where a line of a stack points to in the source; null when that is no file of the project. */
function locate(line: string, trace: TraceMap): SourceLocation | null {
  const match = place.exec(line)
  if (match === null || match[1] !== bundleFileName || Number(match[2]) === 0) return null
  const found = originalPositionFor(trace, { line: Number(match[2]), column: Math.max(0, Number(match[3]) - 1) })
  if (found.source === null || /(?:^|[/<])(?:alyx-[a-z]+|define)(?::|$)/.test(found.source)) return null
  return { file: found.source, line: found.line, column: found.column + 1, length: 1 }
}
