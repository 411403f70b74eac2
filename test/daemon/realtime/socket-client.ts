import { once } from "node:events"
import { connect } from "node:net"

import { onTestFinished } from "vitest"
import { WebSocket } from "ws"

import type { ClientMessage, ServerMessage } from "../../../src/protocol/realtime-api.ts"

/** A message of one type. */
export type Heard<Type extends ServerMessage["type"]> = Extract<ServerMessage, { readonly type: Type }>

/** A real WebSocket client that keeps what it hears. */
export interface SocketClient {
  readonly ws: WebSocket
  /** Everything that came, oldest first. */
  readonly heard: readonly ServerMessage[]
  say(message: ClientMessage): void
  /** Sends bytes as they are. */
  sayRaw(data: string | Buffer): void
  /** Waits for the first message of a type that fits, from the beginning on. */
  hear<Type extends ServerMessage["type"]>(type: Type, fits?: (message: Heard<Type>) => boolean): Promise<Heard<Type>>
  /** Sends a message with an id and waits for what answers it. */
  ask<Type extends ServerMessage["type"]>(message: ClientMessage): Promise<Heard<Type>>
  /** The code with which it ended. */
  readonly closed: Promise<number>
}

export interface ClientOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly origin?: string
}

let asked = 0

/** Opens a socket at a port or at a local socket; it is cut off when the test ends. */
export async function openSocket(at: number | string, options: ClientOptions = {}): Promise<SocketClient> {
  const client = beginSocket(at, options)
  await once(client.ws, "open")
  return client
}

/** The same, before it is known whether it opens. */
export function beginSocket(at: number | string, options: ClientOptions = {}): SocketClient {
  const ws = new WebSocket(`ws://127.0.0.1:${typeof at === "number" ? at : 80}/api/realtime`, {
    ...options,
    ...(typeof at === "string" ? { createConnection: () => connect(at) } : {}),
  })
  onTestFinished(() => ws.terminate())
  const heard: ServerMessage[] = []
  const looks = new Set<() => void>()
  ws.on("message", (data) => {
    heard.push(JSON.parse((data as Buffer).toString("utf8")) as ServerMessage)
    for (const look of looks) look()
  })
  ws.on("error", () => undefined)
  const closed = new Promise<number>((resolve) => void ws.on("close", resolve))
  const until = (fits: (message: ServerMessage) => boolean): Promise<never> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = heard.find(fits)
        if (found === undefined) return
        looks.delete(look)
        resolve(found as never)
      }
      looks.add(look)
      void closed.then((code) =>
        reject(new Error(`closed with ${code}; heard ${JSON.stringify(heard).slice(0, 2_000)}`)),
      )
      look()
    })
  return {
    ws,
    heard,
    closed,
    hear: (type, fits = () => true) => until((message) => message.type === type && fits(message as never)),
    say: (message) => ws.send(JSON.stringify(message)),
    sayRaw: (data) => ws.send(data),
    ask: (message) => {
      asked += 1
      const id = `ask_${asked}`
      ws.send(JSON.stringify({ ...message, id }))
      return until((heardMessage) => "id" in heardMessage && heardMessage.id === id)
    },
  }
}
