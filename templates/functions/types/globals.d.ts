// Written by Alyx: what every function finds without an import, besides the web's own globals. Changes are lost.

import type { FunctionContext } from "./alyx-functions"

declare global {
  /** Everything that this call may use: the caller, the database, the log, the environment. */
  const ctx: FunctionContext

  /** Only what the manifest names under `env` is there; there is no other part of Node's `process`. */
  var process: {
    readonly env: Readonly<Record<string, string | undefined>>
    nextTick(callback: (...args: unknown[]) => void, ...args: unknown[]): void
  }

  function setImmediate<Args extends unknown[]>(callback: (...args: Args) => void, ...args: Args): number
  function clearImmediate(id: number | undefined): void

  /** Node's Buffer, as far as it computes. */
  class Buffer extends Uint8Array {
    static from(value: string, encoding?: BufferEncoding): Buffer
    static from(value: ArrayBufferLike | ArrayLike<number> | Iterable<number>, offset?: number, length?: number): Buffer
    static alloc(size: number, fill?: string | number | Uint8Array, encoding?: BufferEncoding): Buffer
    static concat(parts: readonly Uint8Array[], length?: number): Buffer
    static byteLength(value: string | ArrayBufferLike | ArrayBufferView, encoding?: BufferEncoding): number
    static isBuffer(value: unknown): value is Buffer
    static compare(one: Uint8Array, other: Uint8Array): -1 | 0 | 1
    toString(encoding?: BufferEncoding, start?: number, end?: number): string
    equals(other: Uint8Array): boolean
  }

  type BufferEncoding =
    | "utf8"
    | "utf-8"
    | "utf16le"
    | "ucs2"
    | "latin1"
    | "binary"
    | "ascii"
    | "base64"
    | "base64url"
    | "hex"

  // What Extism's kit for JavaScript has: for plug-ins that are written for it.

  interface Host {
    inputBytes(): ArrayBufferLike
    inputString(): string
    outputBytes(output: ArrayBufferLike): boolean
    outputString(output: string): boolean
    getFunctions(): import("extism:host").user
  }
  var Host: Host

  var Config: { get(key: string): string | null }

  var Var: {
    set(name: string, value: string | ArrayBufferLike): void
    getBytes(name: string): ArrayBufferLike | null
    getString(name: string): string | null
  }

  interface HttpRequest {
    url: string
    method?: "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "CONNECT" | "OPTIONS" | "TRACE" | "PATCH"
    headers?: Record<string, string | number | boolean>
  }
  interface HttpResponse {
    body: string
    status: number
  }
  /** Waits for the answer; `fetch` does not. */
  var Http: { request(request: HttpRequest, body?: string | ArrayBufferLike): HttpResponse }

  interface MemoryHandle {
    offset: PTR
    len: I64
    readString(): string
    readUInt32(): number
    readUInt64(): bigint
    readFloat32(): number
    readUFloat64(): number
    readBytes(): ArrayBuffer
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    readJsonObject<T = any>(): T
    free(): void
  }
  interface Memory {
    fromString(text: string): MemoryHandle
    fromBuffer(bytes: ArrayBufferLike): MemoryHandle
    fromJsonObject(value: unknown): MemoryHandle
    allocUInt32(value: number): MemoryHandle
    allocUInt64(value: bigint): MemoryHandle
    allocFloat32(value: number): MemoryHandle
    allocFloat64(value: number): MemoryHandle
    find(offset: PTR): MemoryHandle
  }
  var Memory: Memory

  type I32 = number
  type I64 = number | bigint
  type F32 = number
  type F64 = number
  type PTR = I64
}
