import { nearestWord } from "../../lib/nearest-word.ts"
import type { SourceLocation } from "../../lib/source-location.ts"
import { ownPathOf } from "../../project/own-paths.ts"
import type { FunctionRoute } from "../function-manifest.ts"
import type { ShapeReader } from "./read-shape.ts"

/** A route with the place where it stands. */
export interface PlacedRoute {
  readonly route: FunctionRoute
  readonly at: SourceLocation
}

/** A route as it was written. */
export interface WrittenRoute {
  readonly path: string
  readonly methods?: readonly string[]
}

const methodNames = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

/** Reads a route; null when it is wrong, which has been reported. */
export function readRoute(written: WrittenRoute, at: SourceLocation, reader: ShapeReader): PlacedRoute | null {
  const short = /^([A-Za-z]+)\s+(\/.*)$/.exec(written.path.trim())
  const path = short?.[2] ?? written.path.trim()
  const methods = [...(written.methods ?? []), ...(short === null ? [] : [short[1]!])].map((word) => word.toUpperCase())
  const unknown = methods.find((method) => !methodNames.includes(method))
  if (unknown !== undefined) {
    const near = nearestWord(unknown, methodNames)
    const next = near === undefined ? `Methods: ${methodNames.join(", ")}.` : `Did you mean "${near}"?`
    reader.report("INVALID_VALUE", `There is no method ${unknown.slice(0, 40)}.`, at, next)
    return null
  }
  const complaint = complaintAbout(path)
  if (complaint !== null) {
    reader.report(
      "ROUTE_INVALID",
      `The route ${path} ${complaint}`,
      at,
      "Write it like /orders/{id} or /files/{rest*}.",
    )
    return null
  }
  const own = ownPathOf(path)
  if (own !== undefined) {
    reader.report(
      "ROUTE_TAKEN",
      `The route ${path} stands in ${own}, which Alyx itself answers.`,
      at,
      "Choose another path.",
    )
    return null
  }
  return { route: { path, methods: [...new Set(methods)] }, at }
}

/** What is wrong with a path, as the end of a sentence; null when nothing is. */
export function complaintAbout(path: string): string | null {
  if (!path.startsWith("/")) return "must begin with a slash."
  if (path === "/") return null
  const segments = path.slice(1).split("/")
  if (segments.includes("")) return "has an empty segment."
  const names: string[] = []
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1
    if (!segment.includes("{") && !segment.includes("}")) {
      if (!/^[\w.~!$&'()*+,;=:@%-]+$/.test(segment))
        return `holds characters that no path has: ${segment.slice(0, 40)}.`
      if (segment === "." || segment === "..") return "holds . or .. as a segment."
      continue
    }
    const parameter = /^\{([A-Za-z_][A-Za-z0-9_]*)(\*?)\}$/.exec(segment)
    if (parameter === null) return `has the segment ${segment.slice(0, 40)}: a parameter is a whole segment, {name}.`
    if (parameter[2] === "*" && !isLast) return `has {${parameter[1]}*} before its end: what takes the rest comes last.`
    if (names.includes(parameter[1]!)) return `has two parameters of the name ${parameter[1]}.`
    names.push(parameter[1]!)
  }
  return null
}

/** Whether the same requests would go to both. */
export function isSameRoute(a: FunctionRoute, b: FunctionRoute): boolean {
  if (shapeOf(a.path) !== shapeOf(b.path)) return false
  return a.methods.length === 0 || b.methods.length === 0 || a.methods.some((method) => b.methods.includes(method))
}

/** A path without the names of its parameters. */
function shapeOf(path: string): string {
  return path.replaceAll(/\{\w+(\*?)\}/g, "{$1}")
}
