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
  "/api/auth/register",
  "/api/auth/login",
  "/api/auth/refresh",
  "/api/auth/logout",
  "/api/auth/me",
  "/api/auth/key",
  "/api/auth/password",
  "/api/auth/sessions",
  "/api/auth/providers",
  "/api/auth/reset",
  "/api/auth/verify/request",
  "/api/auth/email",
  "/api/realtime",
  "/api/functions/{function}",
  "/health",
  "/health/live",
  "/health/ready",
  "/health/stats",
  "/metrics",
]

/** Served unless the configuration says `api.docs: false`. */
const docsPaths = ["/api/openapi.json", "/api/openapi.yaml", "/docs"]

/** What other servers call what is served here, as the last word of a path. */
const otherNames: Readonly<Record<string, string>> = {
  ...namesOf("POST /api/auth/register", ["register", "signup", "sign-up", "sign_up", "registration"]),
  ...namesOf("POST /api/auth/login", ["login", "signin", "sign-in", "sign_in", "logon", "token", "authenticate"]),
  ...namesOf("POST /api/auth/refresh", ["refresh", "refresh-token", "auth-refresh"]),
  ...namesOf("POST /api/auth/logout", ["logout", "signout", "sign-out", "sign_out", "logoff"]),
  ...namesOf("GET /api/auth/me", ["me", "user", "whoami", "userinfo", "profile"]),
  ...namesOf("POST /api/auth/reset", ["recover", "forgot", "forgot-password", "reset-password", "password-reset"]),
}

function namesOf(served: string, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, served]))
}

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
  const called = /^\/(?:api\/)?(?:functions?|fn|rpc|invoke)\/([\w-]+)\/?$/.exec(path)
  if (called !== null) return `Functions are at /api/functions/${called[1]}.`
  const collection = parts.findIndex((part) => schema.collections.has(part))
  if (collection !== -1) return `Documents are at ${["/api/collections", ...parts.slice(collection)].join("/")}.`
  const last = parts.findLast((part) => part !== "")?.toLowerCase() ?? ""
  if (Object.hasOwn(otherNames, last)) return `Did you mean ${otherNames[last]}?`
  const near = nearestWord(path, served)
  return near === undefined ? "GET / names what is served." : `Did you mean ${near}?`
}
