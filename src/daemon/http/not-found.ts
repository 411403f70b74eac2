import type { IncomingMessage } from "node:http"

import { type AlyxError, alyxError } from "../../errors.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import type { Schema } from "../../schema/schema.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import { hideUserInfo } from "./capture/hidden-values.ts"
import { requireInsider } from "./insiders.ts"
import type { InsiderParts } from "./insiders.ts"
import type { RequireServed } from "./resource.ts"

/** What is served over TCP, as a person would write it. */
const servedPaths = [
  "/",
  "/api/collections/{collection}",
  "/api/collections/{collection}/{id}",
  "/api/batch",
  "/api/realtime",
  "/health",
  "/health/live",
  "/health/ready",
  "/health/stats",
  "/metrics",
]

/** Served unless the configuration says `api.docs: false`. */
const docsPaths = ["/api/openapi.json", "/api/openapi.yaml", "/docs"]

/** What decides what is named: collections, and whether the API is described. */
export interface NotFoundParts {
  readonly schemas: SchemaHolder
  readonly config: () => { readonly api: { readonly docs: boolean } }
}

/** How much of a path the message repeats. */
const shownPathMax = 200

/** The error for a path that is not served; it names what is, and guesses what was meant. */
export function notFound(request: IncomingMessage, { schemas, config }: NotFoundParts): AlyxError {
  const path = hideUserInfo(request.url ?? "")
    .split(/[?#]/, 1)[0]!
    .slice(0, shownPathMax)
  const served = config().api.docs ? [...servedPaths, ...docsPaths] : servedPaths
  return alyxError("NOT_FOUND", {
    message: `Nothing is served at ${path}.`,
    next: nextStep(path, schemas.current, served),
    details: { served },
  })
}

/** For the paths that describe the API: refuses the request when the configuration hides them, or its caller may not look. */
export function requireDocs(parts: NotFoundParts & InsiderParts): RequireServed {
  const requireReader = requireInsider(parts, { takesMetricsToken: false })
  return (request) => {
    if (!parts.config().api.docs) throw notFound(request.raw, parts)
    requireReader(request)
  }
}

function nextStep(path: string, schema: Schema, served: readonly string[]): string {
  const parts = path.split("/")
  const collection = parts.findIndex((part) => schema.collections.has(part))
  if (collection !== -1) return `Documents are at ${["/api/collections", ...parts.slice(collection)].join("/")}.`
  const near = nearestWord(path, served)
  return near === undefined ? "GET / names what is served." : `Did you mean ${near}?`
}
