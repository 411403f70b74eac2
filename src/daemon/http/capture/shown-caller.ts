import type { FastifyRequest } from "fastify"

/** Headers in which other servers take keys, and Alyx takes none. */
const otherKeyHeaders = ["apikey", "x-api-key", "x-auth-token", "x-access-token"]

/** Who asked, in words: a list that is empty looks the same for somebody who forgot to send a token. */
export function shownCaller({ caller, raw }: Pick<FastifyRequest, "caller" | "raw">): string {
  const { auth, isAdmin, owner } = caller
  if (owner) return "the owner of the project, by the local socket"
  if (auth.id !== null) {
    const role = `role ${auth.role}`
    const who = auth.email === null ? `the API key ${auth.id}` : `${auth.email} (${auth.id})`
    return `${who}, ${role}${isAdmin && auth.role !== "admin" ? "; the server is open, so that everybody is an admin" : ""}`
  }
  if (isAdmin) return "anonymous; the server is open, so that everybody is an admin"
  if (raw.headers.authorization !== undefined) return "anonymous: what the header Authorization holds was not taken"
  const other = otherKeyHeaders.find((name) => raw.headers[name] !== undefined)
  return other === undefined
    ? "anonymous: there is no header Authorization"
    : `anonymous: ${other} is not read; send Authorization: Bearer <token or key>`
}
