import { createHash, randomUUID } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

import { onTestFinished } from "vitest"

/** What the API of the code host says of who signs in. */
export interface CodeHostPerson {
  readonly user: unknown
  readonly emails: unknown
}

/** A server that speaks as a GitHub Enterprise Server does: OAuth 2.0 with PKCE, and two paths of its API. */
export interface CodeHost {
  readonly url: string
  readonly meet: (person: CodeHostPerson) => void
}

export const codeHostClient = { client_id: "code-host-client", client_secret: "a secret of the code host" }

/** Starts a code host; it ends with the test. */
export async function startCodeHost(): Promise<CodeHost> {
  const codes = new Map<string, { readonly challenge: string; readonly redirectUri: string }>()
  const tokens = new Set<string>()
  let person: CodeHostPerson = { user: {}, emails: [] }
  const api = (request: IncomingMessage, response: ServerResponse, value: unknown): void => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1]
    const isKnown = token !== undefined && tokens.has(token) && request.headers["user-agent"] !== undefined
    answer(response, isKnown ? 200 : 401, isKnown ? value : { message: "Bad credentials" })
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url!, "http://localhost")
    if (url.pathname === "/login/oauth/authorize") {
      const code = randomUUID()
      const asked = url.searchParams
      const isWhole =
        asked.get("client_id") === codeHostClient.client_id && asked.get("code_challenge_method") === "S256"
      if (!isWhole) return answer(response, 400, { error: "invalid_request" })
      codes.set(code, { challenge: asked.get("code_challenge")!, redirectUri: asked.get("redirect_uri")! })
      const back = new URL(asked.get("redirect_uri")!)
      back.search = new URLSearchParams({ code, state: asked.get("state")! }).toString()
      return void response.writeHead(302, { location: back.href }).end()
    }
    if (url.pathname === "/login/oauth/access_token") {
      return void bodyOf(request).then((form) => {
        const known = codes.get(form.get("code") ?? "")
        codes.delete(form.get("code") ?? "")
        const challenge = createHash("sha256")
          .update(form.get("code_verifier") ?? "")
          .digest("base64url")
        const isRight = form.get("client_secret") === codeHostClient.client_secret && known?.challenge === challenge
        // As GitHub does: an error, with status 200.
        if (!isRight || form.get("redirect_uri") !== known.redirectUri) {
          return answer(response, 200, { error: "bad_verification_code" })
        }
        const token = randomUUID()
        tokens.add(token)
        return answer(response, 200, { access_token: token, token_type: "bearer", scope: "read:user,user:email" })
      })
    }
    if (url.pathname === "/api/v3/user") return api(request, response, person.user)
    if (url.pathname === "/api/v3/user/emails") return api(request, response, person.emails)
    return answer(response, 404, {})
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(async () => {
    const closed = once(server, "close")
    server.close()
    server.closeAllConnections()
    await closed
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    meet: (met) => void (person = met),
  }
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(value))
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"))
}
