import { nameClass } from "./define-global.ts"
import { DOMException } from "./dom-exception.ts"
import { Event, dispatchOf } from "./event.ts"
import { reportError } from "./report-error.ts"
import { domString } from "./web-idl.ts"

/** A function, or an object with `handleEvent`. */
export type EventListener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown }

/** The part of an AbortSignal that takes a listener away. */
interface RemovalSignal {
  readonly aborted: boolean
  addEventListener(type: "abort", listener: () => void, options: { once: true }): void
}

interface ListenerOptions {
  readonly capture?: boolean
  readonly once?: boolean
  readonly passive?: boolean
  readonly signal?: RemovalSignal
}

interface Registered {
  readonly callback: EventListener
  readonly capture: boolean
  readonly once: boolean
  readonly passive: boolean
  isRemoved: boolean
}

/** The standard's EventTarget. */
export class EventTarget {
  readonly #listeners = new Map<string, Registered[]>()

  addEventListener(type: string, callback: EventListener | null, options?: ListenerOptions | boolean): void {
    const wish = typeof options === "object" && options !== null ? options : { capture: Boolean(options) }
    if (callback === null || callback === undefined || wish.signal?.aborted === true) return
    if (typeof callback !== "function" && typeof callback !== "object")
      throw new TypeError("A listener is a function or an object with handleEvent.")
    const listeners = this.#listeners.get(domString(type)) ?? []
    const capture = Boolean(wish.capture)
    if (listeners.some((listener) => listener.callback === callback && listener.capture === capture)) return
    listeners.push({
      callback,
      capture,
      once: Boolean(wish.once),
      passive: Boolean(wish.passive),
      isRemoved: false,
    })
    this.#listeners.set(domString(type), listeners)
    wish.signal?.addEventListener("abort", () => this.removeEventListener(type, callback, { capture }), { once: true })
  }

  removeEventListener(type: string, callback: EventListener | null, options?: ListenerOptions | boolean): void {
    const capture = Boolean(typeof options === "object" && options !== null ? options.capture : options)
    const listeners = this.#listeners.get(domString(type))
    const at = listeners?.findIndex((one) => one.callback === callback && one.capture === capture) ?? -1
    if (listeners === undefined || at === -1) return
    const [removed] = listeners.splice(at, 1)
    if (removed !== undefined) removed.isRemoved = true
  }

  dispatchEvent(event: Event): boolean {
    if (!(event instanceof Event)) throw new TypeError("dispatchEvent takes an Event.")
    const dispatch = dispatchOf(event)
    if (dispatch.isUnderWay) throw new DOMException("The event is already being dispatched.", "InvalidStateError")
    dispatch.target = this
    dispatch.isUnderWay = true
    for (const listener of (this.#listeners.get(event.type) ?? []).slice()) {
      if (listener.isRemoved) continue
      if (listener.once) this.removeEventListener(event.type, listener.callback, { capture: listener.capture })
      dispatch.isPassive = listener.passive
      this.#run(listener.callback, event)
      if (dispatch.isStoppedAtOnce) break
    }
    Object.assign(dispatch, { isUnderWay: false, isPassive: false, isStopped: false, isStoppedAtOnce: false })
    return !event.defaultPrevented
  }

  #run(callback: EventListener, event: Event): void {
    try {
      if (typeof callback === "function") callback.call(this, event)
      else callback.handleEvent(event)
    } catch (error) {
      reportError(error)
    }
  }
}

nameClass(EventTarget, "EventTarget")

/** Adds `on<type>`, which holds one listener. */
export function defineHandler(target: { readonly prototype: EventTarget }, type: string): void {
  const handlers = new WeakMap<EventTarget, { handler: EventListener; listener: EventListener }>()
  Object.defineProperty(target.prototype, `on${type}`, {
    configurable: true,
    enumerable: true,
    get(this: EventTarget) {
      return handlers.get(this)?.handler ?? null
    },
    set(this: EventTarget, handler: unknown) {
      const old = handlers.get(this)
      const isHandler = typeof handler === "function" || (typeof handler === "object" && handler !== null)
      if (old !== undefined && !isHandler) {
        this.removeEventListener(type, old.listener)
        handlers.delete(this)
      } else if (old !== undefined) {
        old.handler = handler as EventListener
      } else if (isHandler) {
        const entry = { handler: handler as EventListener, listener: (event: Event): void => run(this, event) }
        handlers.set(this, entry)
        this.addEventListener(type, entry.listener)
      }
    },
  })
  function run(self: EventTarget, event: Event): void {
    const handler = handlers.get(self)?.handler
    if (typeof handler === "function") handler.call(self, event)
  }
}
