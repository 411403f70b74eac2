import type { KeyView, SessionView, UsersResponse } from "../../protocol/auth-api.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { renderTable } from "../table.ts"

/** The accounts as a table, with how many there are beyond the page. */
export function renderUsers({ users, total }: UsersResponse, paint: Paint): string {
  if (users.length === 0) return "There are no accounts."
  const head = ["email", "role", "verified", "sessions", "last sign-in", "id"].map((word) => paint("quiet", word))
  const rows = users.map((user) => [
    printable(user.email),
    printable(user.role),
    user.verified ? "yes" : "no",
    String(user.session_count),
    user.last_sign_in_at === null ? "never" : minute(user.last_sign_in_at),
    user.id,
  ])
  const table = renderTable([head, ...rows], { right: [3] })
  return users.length === total ? table : `${table}\n\n${users.length} of ${total}.`
}

/** The sessions of an account as a table. */
export function renderSessions(sessions: readonly SessionView[], paint: Paint): string {
  if (sessions.length === 0) return "There are no sessions."
  const head = ["last used", "since", "IP address", "client", "id"].map((word) => paint("quiet", word))
  const rows = sessions.map((session) => [
    minute(session.last_used_at),
    minute(session.created_at),
    printable(session.address),
    printable((session.user_agent ?? "").slice(0, 40)),
    session.id,
  ])
  return renderTable([head, ...rows])
}

/** The API keys as a table, without their secrets. */
export function renderKeys(keys: readonly KeyView[], paint: Paint): string {
  if (keys.length === 0) return "There are no API keys."
  const head = ["name", "role", "limited to", "expires", "last used", "id"].map((word) => paint("quiet", word))
  const rows = keys.map((key) => [
    printable(key.name),
    printable(key.role),
    limitsOf(key),
    key.expires_at === null ? "never" : minute(key.expires_at),
    key.last_used_at === null ? "never" : minute(key.last_used_at),
    key.id,
  ])
  return renderTable([head, ...rows])
}

function limitsOf({ collections, operations }: KeyView): string {
  if (collections === null && operations === null) return "–"
  return `${operations?.join(", ") ?? "all"} on ${collections?.join(", ") ?? "all"}`
}

/** 2026-11-21 09:00. */
function minute(time: string): string {
  return time.slice(0, 16).replace("T", " ")
}
