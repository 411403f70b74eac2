import type { IncomingMessage } from "node:http"

import { type AlyxError, alyxError } from "../../errors.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import type { Schema } from "../../schema/schema.ts"

/** What is served over TCP, as a person would write it. */
const servedPaths = [
  "/",
  "/api/collections/{collection}",
  "/api/collections/{collection}/{id}",
  "/api/batch",
  "/api/openapi.json",
  "/api/openapi.yaml",
  "/docs",
  "/health",
  "/health/live",
  "/health/ready",
  "/health/stats",
  "/metrics",
]

/** How much of a path the message repeats. */
const shownPathMax = 200

/** The error for a path that is not served; it names what is, and guesses what was meant. */
export function notFound(request: IncomingMessage, schema: Schema): AlyxError {
  const path = (request.url ?? "").split(/[?#]/, 1)[0]!.slice(0, shownPathMax)
  return alyxError("NOT_FOUND", {
    message: `Nothing is served at ${path}.`,
    next: nextStep(path, schema),
    details: { served: servedPaths },
  })
}

function nextStep(path: string, schema: Schema): string {
  const parts = path.split("/")
  const collection = parts.findIndex((part) => schema.collections.has(part))
  if (collection !== -1) return `Documents are at ${["/api/collections", ...parts.slice(collection)].join("/")}.`
  const near = nearestWord(path, servedPaths)
  return near === undefined ? "GET / names what is served." : `Did you mean ${near}?`
}
