import { URLPattern } from "urlpattern-polyfill/urlpattern"
import { installExtism } from "../extism/install.ts"
import { AbortController, AbortSignal } from "./abort.ts"
import { askDigest } from "./ask-crypto.ts"
import { Blob, File } from "./blob.ts"
import { makeConsole } from "./console.ts"
import { Crypto } from "./crypto.ts"
import { CryptoKey } from "./crypto-key.ts"
import { defineGlobal } from "./define-global.ts"
import { CustomEvent, Event } from "./event.ts"
import { EventTarget } from "./event-target.ts"
import { fetch } from "./fetch.ts"
import { FormData } from "./form-data.ts"
import { Headers } from "./headers.ts"
import { MessageChannel, MessageEvent, MessagePort } from "./message-channel.ts"
import { Performance } from "./performance.ts"
import { ReadableStreamDefaultController } from "./readable-core.ts"
import { ReadableStream, ReadableStreamDefaultReader } from "./readable-stream.ts"
import { reportError } from "./report-error.ts"
import { Request } from "./request.ts"
import { Response } from "./response.ts"
import { ByteLengthQueuingStrategy, CountQueuingStrategy } from "./stream-queue.ts"
import { structuredClone } from "./structured-clone.ts"
import { SubtleCrypto } from "./subtle.ts"
import { TextDecoder } from "./text-decoder.ts"
import { TextEncoder } from "./text-encoder.ts"
import { TextDecoderStream, TextEncoderStream, TransformStream } from "./transform-stream.ts"
import { URL } from "./url.ts"
import { URLSearchParams } from "./url-search-params.ts"
import { WritableStream, WritableStreamDefaultWriter } from "./writable-stream.ts"

const classes = {
  AbortController,
  AbortSignal,
  Blob,
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  Crypto,
  CryptoKey,
  CustomEvent,
  Event,
  EventTarget,
  File,
  FormData,
  Headers,
  MessageChannel,
  MessageEvent,
  MessagePort,
  Performance,
  ReadableStream,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  Request,
  Response,
  SubtleCrypto,
  TextDecoder,
  TextDecoderStream,
  TextEncoder,
  TextEncoderStream,
  TransformStream,
  URL,
  URLPattern,
  URLSearchParams,
  WritableStream,
  WritableStreamDefaultWriter,
}

/** Defines the globals of the web, and of Extism's kit. `atob`, `btoa`, DOMException and queueMicrotask are the engine's own. */
export function installWeb(): void {
  for (const [name, value] of Object.entries(classes)) {
    // A bundler may have given it another.
    Object.defineProperty(value, "name", { value: name, configurable: true })
    defineGlobal(name, value)
  }
  installExtism()
  defineGlobal("console", makeConsole())
  defineGlobal("crypto", new Crypto())
  defineGlobal("fetch", fetch)
  defineGlobal("navigator", Object.freeze({ userAgent: "Alyx" }))
  defineGlobal("performance", new Performance())
  defineGlobal("reportError", reportError)
  defineGlobal("self", globalThis)
  defineGlobal("structuredClone", structuredClone)
  // For node:crypto, whose digests answer at once.
  defineGlobal("__alyx_digest", askDigest)
}
