import { AbortController, AbortSignal } from "./abort.ts"
import { makeConsole } from "./console.ts"
import { defineGlobal } from "./define-global.ts"
import { CustomEvent, Event } from "./event.ts"
import { EventTarget } from "./event-target.ts"
import { Performance } from "./performance.ts"
import { structuredClone } from "./structured-clone.ts"
import { TextDecoder } from "./text-decoder.ts"
import { TextEncoder } from "./text-encoder.ts"
import { URL } from "./url.ts"
import { URLSearchParams } from "./url-search-params.ts"

/** Defines the web's globals. `atob`, `btoa`, DOMException and queueMicrotask are the engine's own. */
export function installWeb(): void {
  const classes = {
    AbortController,
    AbortSignal,
    CustomEvent,
    Event,
    EventTarget,
    Performance,
    TextDecoder,
    TextEncoder,
    URL,
    URLSearchParams,
  }
  for (const [name, value] of Object.entries(classes)) defineGlobal(name, value)
  defineGlobal("console", makeConsole())
  defineGlobal("performance", new Performance())
  defineGlobal("structuredClone", structuredClone)
  defineGlobal("self", globalThis)
}
