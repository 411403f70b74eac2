import { writeAccounts } from "../../../src/daemon/auth/auth.ts"
import { changeAccount } from "../../../src/daemon/auth/change-account.ts"
import { send, startHttp } from "./http-fixture.ts"
import type { Answer, HttpOptions, RunningHttp } from "./http-fixture.ts"

/** Accounts with a document of their own, and something that only its author may see. */
export const usersSchema = `
collections:
  users:
    fields:
      id: { type: uuid, primary: true, default: auto }
      email: { type: string, format: email, unique: true }
      role: { type: string, default: user }
      verified: { type: bool, default: false }
      name: { type: string, maxLength: 80, nullable: true }
    rules:
      create: true
      read: "auth.id == doc.id"
      update: "auth.id == doc.id"
      delete: "auth.id == doc.id"
  notes:
    fields:
      title: { type: string, maxLength: 200 }
      author_id: { type: uuid, references: users.id, onDelete: cascade }
    rules:
      create: "auth.id == doc.author_id"
      read: "auth.id == doc.author_id"
      update: "auth.id == doc.author_id"
      delete: "auth.id == doc.author_id"
`

/** A server with accounts, where rules decide. */
export function startAuth(options: HttpOptions = {}): Promise<RunningHttp> {
  const server = { insecureOpen: false, ...options.server }
  return startHttp({ schemaText: usersSchema, ...options, server })
}

/** Sends JSON with an access token, or none. */
export function sendAs(
  to: number | string,
  token: string | null,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  }
  return send(to, { method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
}

/** Somebody who has just registered. */
export interface Person {
  readonly id: string
  readonly email: string
  readonly password: string
  readonly access: string
  readonly refresh: string
}

/** Registers somebody. */
export async function registerAs(port: number, name: string, fields: Record<string, unknown> = {}): Promise<Person> {
  const email = `${name}@example.com`
  const password = `password of ${name}`
  const { status, body, text } = await sendAs(port, null, "POST", "/api/auth/register", { email, password, ...fields })
  if (status !== 201) throw new Error(`registering ${name}: ${status} ${text}`)
  return { id: body.user.id, email, password, access: body.access_token, refresh: body.refresh_token }
}

/** Signs somebody in once more. */
export async function signInAs(port: number, { email, password }: Pick<Person, "email" | "password">): Promise<Person> {
  const { status, body, text } = await sendAs(port, null, "POST", "/api/auth/login", { email, password })
  if (status !== 200) throw new Error(`signing in ${email}: ${status} ${text}`)
  return { id: body.user.id, email, password, access: body.access_token, refresh: body.refresh_token }
}

/** Makes somebody an admin, as the owner of the project does. */
export async function makeAdmin({ parts }: Pick<RunningHttp, "parts">, { id }: Pick<Person, "id">): Promise<void> {
  await writeAccounts(parts.auth, { requestId: "test" }, (transaction) =>
    changeAccount(transaction, parts.auth, { id, changes: { role: "admin" } }),
  )
}
