/**
 * The paths that Alyx itself answers, each with everything below it; a function cannot have a route there. A test holds the
 * list equal to the routes of the server. Some are kept for what comes: then no function has to move.
 */
export const ownPaths: readonly string[] = [
  "/api/admin",
  "/api/auth",
  "/api/batch",
  "/api/collections",
  "/api/events",
  "/api/files",
  "/api/functions",
  "/api/openapi.json",
  "/api/openapi.yaml",
  "/api/realtime",
  "/api/webhooks",
  "/.well-known/jwks.json",
  "/docs",
  "/health",
  "/internal",
  "/metrics",
]

/**
 * The path of ours that a route of a function would stand in; undefined where there is none. What begins with a parameter,
 * such as `/{page}`, may be wide enough to hold paths of ours too: those are answered by us.
 */
export function ownPathOf(route: string): string | undefined {
  const path = route.toLowerCase()
  return ownPaths.find((own) => path === own || path.startsWith(`${own}/`))
}
