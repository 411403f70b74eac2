import { nameClass } from "./define-global.ts"
import { Event, type EventInit } from "./event.ts"
import { type EventListener, EventTarget } from "./event-target.ts"
import { structuredClone } from "./structured-clone.ts"

/** An event that brings a message. */
export class MessageEvent extends Event {
  readonly #data: unknown

  constructor(type: string, init: (EventInit & { readonly data?: unknown }) | null = {}) {
    super(type, init)
    this.#data = init?.data ?? null
  }

  get data(): unknown {
    return this.#data
  }

  get ports(): readonly never[] {
    return []
  }
}

nameClass(MessageEvent, "MessageEvent")

/** Messages that wait at a port nobody listens at; more are an error. */
const waitingMax = 10_000

const ours = Symbol("MessagePort")

/** One end of a channel; both are in the same function, and a message arrives as a task of its own. */
export class MessagePort extends EventTarget {
  #other: MessagePort | null = null
  #isStarted = false
  #handler: EventListener | null = null
  readonly #waiting: unknown[] = []

  constructor(key?: symbol) {
    if (key !== ours) throw new TypeError("Illegal constructor: make a MessageChannel, and use its ports.")
    super()
  }

  /** Makes two ports that belong together. */
  static pair(key: symbol): [MessagePort, MessagePort] {
    const [first, second] = [new MessagePort(key), new MessagePort(key)]
    first.#other = second
    second.#other = first
    return [first, second]
  }

  get onmessage(): EventListener | null {
    return this.#handler
  }

  /** Begins to deliver, as the standard says. */
  set onmessage(handler: EventListener | null) {
    if (this.#handler !== null) this.removeEventListener("message", this.#handler)
    this.#handler = typeof handler === "function" ? handler : null
    this.addEventListener("message", this.#handler)
    this.start()
  }

  postMessage(message: unknown, options?: readonly unknown[] | { readonly transfer?: readonly unknown[] }): void {
    const transfer = Array.isArray(options) ? (options as unknown[]) : (options as { transfer?: unknown[] })?.transfer
    const copy = structuredClone(message, { transfer: transfer ?? [] })
    const other = this.#other
    if (other === null) return
    if (other.#waiting.length === waitingMax) throw new RangeError(`More than ${waitingMax} messages wait at a port.`)
    other.#waiting.push(copy)
    other.#deliverLater()
  }

  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    for (const _message of this.#waiting) this.#deliverLater()
  }

  close(): void {
    const other = this.#other
    this.#other = null
    if (other !== null) other.#other = null
  }

  /** Nothing but the call itself keeps a call going. */
  ref(): void {
    // There is nothing to hold.
  }

  unref(): void {
    // There is nothing to let go.
  }

  #deliverLater(): void {
    if (!this.#isStarted) return
    const scope = globalThis as unknown as { setImmediate(task: () => void): unknown }
    scope.setImmediate(() => {
      if (this.#waiting.length > 0) this.dispatchEvent(new MessageEvent("message", { data: this.#waiting.shift() }))
    })
  }
}

nameClass(MessagePort, "MessagePort")

/** The standard's MessageChannel, within one function. */
export class MessageChannel {
  readonly port1: MessagePort
  readonly port2: MessagePort

  constructor() {
    const [port1, port2] = MessagePort.pair(ours)
    this.port1 = port1
    this.port2 = port2
  }
}

nameClass(MessageChannel, "MessageChannel")
