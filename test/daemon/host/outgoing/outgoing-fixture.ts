import { once } from "node:events"
import { createServer } from "node:http"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

import { afterEach, beforeEach } from "vitest"

import type { FetchedHead, SubmittedOperation } from "../../../../src/functions/guest-abi.ts"
import { callerOf, hostYaml, openHost } from "../host-fixture.ts"
import type { TestCall, TestHost } from "../host-fixture.ts"

export type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

export type AskedFetch = Extract<SubmittedOperation, { op: "fetch" }>

/** A server on loopback that notes what it is asked. */
export interface TestServer {
  readonly server: Server
  readonly port: number
  readonly seen: {
    readonly method: string
    readonly url: string
    readonly headers: IncomingMessage["headers"]
    readonly body: string
  }[]
  handler: Handler
}

/** A host and two servers, made anew for each test of a file. */
export interface OutgoingFixture {
  readonly host: TestHost
  readonly one: TestServer
  readonly two: TestServer
  /** A call that may reach both servers by their addresses. */
  allowed(...more: string[]): TestCall
}

/** Opens and closes the fixture around every test of the file that calls this. */
export function useOutgoing(): OutgoingFixture {
  let host: TestHost
  let servers: TestServer[] = []
  beforeEach(async () => {
    host = await openHost(hostYaml)
    servers = [await serve(), await serve()]
  })
  afterEach(async () => {
    for (const { server } of servers) {
      server.closeAllConnections()
      server.close()
    }
    await host.remove()
  })
  return {
    get host() {
      return host
    },
    get one() {
      return servers[0]!
    },
    get two() {
      return servers[1]!
    },
    allowed: (...more) => host.call({ manifest: { allowedHosts: ["127.0.0.1", ...more] }, caller: callerOf("ada") }),
  }
}

async function serve(): Promise<TestServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const body = Buffer.concat(chunks)
      found.seen.push({ method: request.method!, url: request.url!, headers: request.headers, body: body.toString() })
      found.handler(request, response, body)
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const found: TestServer = {
    server,
    port: (server.address() as AddressInfo).port,
    seen: [],
    handler: (_request, response) => response.end("hello"),
  }
  return found
}

/** A request as a function asks for it. */
export function asked(url: string, more: object = {}): AskedFetch {
  return { op: "fetch", url, method: "GET", headers: [], redirect: "follow", ...more }
}

/** A path of a server. */
export function urlOf({ port }: TestServer, path = "/"): string {
  return `http://127.0.0.1:${port}${path}`
}

/** Sends a request and reads what came of it. */
export async function fetched(
  call: TestCall,
  operation: AskedFetch,
  body = "",
): Promise<{ readonly head: FetchedHead; readonly text: string }> {
  const { value, body: answered } = await call.answer(operation, body)
  return { head: value as FetchedHead, text: Buffer.from(answered!).toString() }
}
