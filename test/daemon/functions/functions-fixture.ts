import { expect, onTestFinished } from "vitest"

import type { BuiltFunction } from "../../../src/functions/built-function.ts"
import type { FunctionManifest } from "../../../src/functions/function-manifest.ts"
import type { FunctionSource } from "../../../src/functions/function-source.ts"
import { defaultManifest } from "../../../src/functions/manifest/default-manifest.ts"
import { systemClock } from "../../../src/lib/clock.ts"
import type { Clock } from "../../../src/lib/clock.ts"
import type { Config } from "../../../src/project/config.ts"
import type { Caller } from "../../../src/daemon/caller.ts"
import { anonymous, bareRequest } from "../../../src/daemon/callers.ts"
import { createFunctions } from "../../../src/daemon/functions/create-functions.ts"
import type { Functions } from "../../../src/daemon/functions/create-functions.ts"
import type { EndedInvocation, InvokeRequest, InvokeResult } from "../../../src/daemon/functions/functions.ts"
import type { HostAnswer, HostApi, HostOperation } from "../../../src/daemon/functions/host-api.ts"
import type { Invocation } from "../../../src/daemon/functions/invocation.ts"

/** Functions of a test, with what they asked and how they ended. */
export interface FunctionsFixture extends Functions {
  readonly ended: EndedInvocation[]
  /** Names of functions whose calls were refused, and only counted. */
  readonly refused: string[]
  readonly warnings: string[]
  serve(name: string, built: BuiltFunction, manifest?: Partial<FunctionManifest>): Promise<void>
  call(name: string, input?: string, request?: Partial<InvokeRequest>): Promise<string>
  invoke(name: string, input?: string, request?: Partial<InvokeRequest>): Promise<InvokeResult>
}

/** A slow machine may have started spare threads meanwhile; they end once nothing needs them. */
export async function untilOneWorker({ service }: Pick<Functions, "service">): Promise<void> {
  await expect.poll(() => service.stats().workers, { timeout: 20_000 }).toBe(1)
}

/** What a test decides. */
export interface FixtureOptions {
  readonly config?: Partial<Config["functions"]>
  readonly dev?: boolean
  readonly clock?: Clock
  /** Told of each call that has ended, before it is noted. */
  readonly onEnded?: (ended: EndedInvocation) => void
  /** Told before each call; what it throws keeps the call from beginning. */
  readonly context?: () => void
  /** Answers operations; without it every one is answered with what was asked. */
  readonly answer?: (
    invocation: Invocation,
    operation: HostOperation,
    body: Uint8Array,
    signal: AbortSignal | undefined,
  ) => Promise<HostAnswer> | HostAnswer
}

const defaults: Config["functions"] = {
  path: "./functions",
  workers: 1,
  timeoutMs: 30_000,
  memoryBytes: 64 * 1_048_576,
  minWarm: 0,
  instancesMax: 64,
  maxConcurrency: 10,
  queueMax: 100,
  idleTimeoutMs: 60_000,
  watch: false,
}

/** Makes functions whose threads end with the test. */
export function openFunctions({
  config = {},
  dev = false,
  answer,
  context,
  onEnded,
  clock = systemClock,
}: FixtureOptions = {}): FunctionsFixture {
  const ended: EndedInvocation[] = []
  const refused: string[] = []
  const warnings: string[] = []
  const host: HostApi = {
    context: () => {
      context?.()
      return { secrets: {}, url: "http://alyx.internal", collections: {} }
    },
    call: async (invocation, operation, body, signal) =>
      answer === undefined ? { value: operation, body } : answer(invocation, operation, body, signal),
    end: () => undefined,
  }
  const functions = createFunctions({
    config: () => ({ ...defaults, ...config }),
    workerUrl: new URL("../../../src/daemon/functions/extism/function-worker.ts", import.meta.url),
    dev,
    clock,
    logger: {
      debug: (_message, fields) => warnings.push(`debug ${JSON.stringify(fields)}`),
      info: () => undefined,
      warn: (message) => warnings.push(message),
      error: (message, fields) => warnings.push(`${message} ${String(fields?.["error"])}`),
    },
    host: () => host,
    bodyLimitBytes: () => 2 * 1_048_576,
    onEnded: (call) => {
      onEnded?.(call)
      ended.push(call)
    },
    onRefused: (name) => refused.push(name),
  })
  onTestFinished(() => functions.stop(1_000))
  const invoke = (name: string, input = "", request: Partial<InvokeRequest> = {}): Promise<InvokeResult> =>
    functions.service.invoke({
      name,
      input: new TextEncoder().encode(input),
      request: null,
      caller: callerNamed("ada"),
      trigger: { type: "http", id: null },
      parent: null,
      ...request,
    })
  return {
    ...functions,
    ended,
    refused,
    warnings,
    invoke,
    call: async (...words) => new TextDecoder().decode((await invoke(...words)).output),
    serve: async (name, built, manifest = {}) => {
      await functions.registry.serve(sourceOf(name, manifest), built)
    },
  }
}

/** Somebody who is signed in. */
export function callerNamed(id: string): Caller {
  const address = "127.0.0.1"
  return {
    ...anonymous,
    owner: false,
    address,
    requestId: `request-of-${id}`,
    auth: { id, email: `${id}@example.com`, role: "user", verified: true, metadata: {} },
    request: bareRequest(address),
  }
}

function sourceOf(name: string, manifest: Partial<FunctionManifest>): FunctionSource {
  return {
    name,
    folder: "/nowhere",
    entryFile: null,
    wasmFile: `/nowhere/${name}.wasm`,
    manifest: { ...defaultManifest(name), ...manifest },
  }
}
