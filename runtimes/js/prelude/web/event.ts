import { monotonicMs } from "../host.ts"
import { nameClass } from "./define-global.ts"
import { domString } from "./web-idl.ts"

/** What `new Event` takes besides its type. */
export interface EventInit {
  readonly bubbles?: boolean
  readonly cancelable?: boolean
  readonly composed?: boolean
}

/** What a dispatch knows of its event; the platform keeps it in slots. */
interface Dispatch {
  target: object | null
  isUnderWay: boolean
  isStopped: boolean
  isStoppedAtOnce: boolean
  isPassive: boolean
  isTrusted: boolean
}

const dispatches = new WeakMap<Event, Dispatch>()

/** For those who dispatch. */
export function dispatchOf(event: Event): Dispatch {
  const dispatch = dispatches.get(event)
  if (dispatch === undefined) throw new TypeError("This is not an Event.")
  return dispatch
}

/** The standard's Event; there is no tree, so nothing bubbles. */
export class Event {
  static readonly NONE = 0
  static readonly CAPTURING_PHASE = 1
  static readonly AT_TARGET = 2
  static readonly BUBBLING_PHASE = 3

  readonly #type: string
  readonly #bubbles: boolean
  readonly #cancelable: boolean
  readonly #composed: boolean
  readonly #timeStamp = monotonicMs()
  #isPrevented = false

  constructor(type: string, init: EventInit | null = {}) {
    if (arguments.length === 0) throw new TypeError("Event takes its type.")
    this.#type = domString(type)
    this.#bubbles = Boolean(init?.bubbles)
    this.#cancelable = Boolean(init?.cancelable)
    this.#composed = Boolean(init?.composed)
    dispatches.set(this, {
      target: null,
      isUnderWay: false,
      isStopped: false,
      isStoppedAtOnce: false,
      isPassive: false,
      isTrusted: false,
    })
  }

  get type(): string {
    return this.#type
  }

  get bubbles(): boolean {
    return this.#bubbles
  }

  get cancelable(): boolean {
    return this.#cancelable
  }

  get composed(): boolean {
    return this.#composed
  }

  get timeStamp(): number {
    return this.#timeStamp
  }

  get isTrusted(): boolean {
    return dispatchOf(this).isTrusted
  }

  get target(): object | null {
    return dispatchOf(this).target
  }

  get srcElement(): object | null {
    return dispatchOf(this).target
  }

  get currentTarget(): object | null {
    const { isUnderWay, target } = dispatchOf(this)
    return isUnderWay ? target : null
  }

  get eventPhase(): number {
    return dispatchOf(this).isUnderWay ? Event.AT_TARGET : Event.NONE
  }

  get defaultPrevented(): boolean {
    return this.#isPrevented
  }

  get returnValue(): boolean {
    return !this.#isPrevented
  }

  get cancelBubble(): boolean {
    return dispatchOf(this).isStopped
  }

  set cancelBubble(value: boolean) {
    if (value) this.stopPropagation()
  }

  composedPath(): object[] {
    const { isUnderWay, target } = dispatchOf(this)
    return isUnderWay && target !== null ? [target] : []
  }

  preventDefault(): void {
    if (this.#cancelable && !dispatchOf(this).isPassive) this.#isPrevented = true
  }

  stopPropagation(): void {
    dispatchOf(this).isStopped = true
  }

  stopImmediatePropagation(): void {
    const dispatch = dispatchOf(this)
    dispatch.isStopped = true
    dispatch.isStoppedAtOnce = true
  }
}

nameClass(Event, "Event")
for (const [name, value] of Object.entries({ NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 }))
  Object.defineProperty(Event.prototype, name, { value, enumerable: true })

/** An event with a value of its own. */
export class CustomEvent extends Event {
  readonly #detail: unknown

  constructor(type: string, init: (EventInit & { readonly detail?: unknown }) | null = {}) {
    super(type, init)
    this.#detail = init?.detail ?? null
  }

  get detail(): unknown {
    return this.#detail
  }
}

nameClass(CustomEvent, "CustomEvent")
