import { mkdir, symlink, writeFile } from "node:fs/promises"
import path from "node:path"

import { createPlugin } from "@extism/extism"
import type { CallContext, Plugin } from "@extism/extism"
import { afterAll, onTestFinished } from "vitest"

import type { PluginDescription } from "../../src/functions/built-function.ts"
import { Bundler } from "../../src/functions/compile/bundle-function.ts"
import { decodeFrame, encodeFrame, joinFrames } from "../../src/functions/frames.ts"
import type {
  AnswerHead,
  GuestContext,
  GuestFailure,
  GuestLogLine,
  GuestOperation,
  SubmittedOperation,
} from "../../src/functions/guest-abi.ts"
import { makeSnapshot } from "../../src/functions/snapshot.ts"
import { tempFolder } from "./temp-folder.ts"
import { PluginMemory } from "./plugin-memory.ts"

const codec = {
  encode: (text: string): Uint8Array => new TextEncoder().encode(text),
  decode: (bytes: Uint8Array): string => new TextDecoder().decode(bytes),
}

/** What a test answers to an operation; a GuestFailure is thrown in the guest. */
export type Answering = (
  operation: GuestOperation,
  body: string,
) =>
  | { readonly value?: unknown; readonly body?: string | Uint8Array }
  | { readonly error: Partial<GuestFailure> }
  | undefined

/** How a function is called. */
export interface GuestCall {
  readonly input?: unknown
  readonly context?: Partial<GuestContext>
  readonly answer?: Answering
  readonly entry?: string
}

/** What a call came to, as its host sees it. */
export interface GuestOutcome {
  /** What was set as output; of a handler what its `answer` brought. */
  readonly output: string
  readonly head: AnswerHead | null
  readonly failure: GuestFailure | null
  readonly operations: readonly SubmittedOperation[]
  readonly logs: readonly GuestLogLine[]
}

/** A function built from source by our compiler, called over the ABI of guest-abi.ts; answers are the test's. */
export interface GuestFunction {
  readonly description: PluginDescription
  call(call?: GuestCall): Promise<GuestOutcome>
}

const context: GuestContext = {
  requestId: "request-1",
  functionName: "under-test",
  auth: null,
  request: null,
  trigger: "cli",
  env: {},
  secrets: {},
  privileged: false,
  url: "http://127.0.0.1:8090",
  token: "token",
  collections: {},
  dev: true,
}

/** Builds a source, which may import `@alyx/functions` and what is in node_modules of the repository. */
export type BuildGuest = (source: string, file?: string, engine?: "alyx" | "extism") => Promise<GuestFunction>

/** For the head of a test file: one bundler serves all its tests. */
export function guestBuilder(): BuildGuest {
  const bundler = new Bundler()
  afterAll(() => bundler.stop())
  return async (source, file = "under-test.ts", engine = "alyx") => {
    const root = await tempFolder()
    await symlink(path.resolve(import.meta.dirname, "../../node_modules"), path.join(root, "node_modules"))
    const entryFile = path.join(root, "functions", file)
    await mkdir(path.dirname(entryFile))
    await writeFile(entryFile, source)
    const { code } = await bundler.bundle({ root, name: "under-test", entryFile, envNames: [] })
    const request = { engine, bundle: code, fileName: file, sourceMap: null, snapshot: true } as const
    const { wasm, description } = await makeSnapshot(request)
    return new BuiltGuest(wasm, description)
  }
}

async function startPlugin(wasm: Uint8Array<ArrayBuffer>): Promise<Plugin> {
  const module = await WebAssembly.compile(wasm)
  const memory = new PluginMemory()
  const functions = { "extism:host/user": { ...imports, ...memory.functions } }
  const plugin = await createPlugin({ wasm: [{ module }] }, { useWasi: true, functions })
  await memory.bind(plugin)
  // Extism's WASI opens files, and does not let go of them by itself.
  onTestFinished(() => plugin.close())
  return plugin
}

class BuiltGuest implements GuestFunction {
  readonly description: PluginDescription
  readonly #wasm: Uint8Array<ArrayBuffer>
  #plugin: Promise<Plugin> | null = null

  constructor(wasm: Uint8Array<ArrayBuffer>, description: PluginDescription) {
    this.#wasm = wasm
    this.description = description
  }

  async call(call: GuestCall = {}): Promise<GuestOutcome> {
    this.#plugin ??= startPlugin(this.#wasm)
    const plugin = await this.#plugin
    const host = new TestHost(call)
    const input =
      call.input === undefined ? "" : typeof call.input === "string" ? call.input : JSON.stringify(call.input)
    const entry = call.entry ?? this.description.exports[0]!
    const output = await plugin.call(entry, input, host).then(
      (bytes) => bytes?.text() ?? "",
      (error: unknown) => {
        // In the plain engine there is only Extism's error.
        if (host.failure === null) throw error
        return ""
      },
    )
    const { head, failure, operations, logs } = host
    return { output: host.answered ?? output, head, failure, operations, logs }
  }
}

/** Answers one call. */
class TestHost {
  head: AnswerHead | null = null
  answered: string | null = null
  failure: GuestFailure | null = null
  readonly operations: SubmittedOperation[] = []
  readonly logs: GuestLogLine[] = []
  readonly context: GuestContext
  readonly #answer: Answering
  #frames: Uint8Array[] = []
  #sleeping = 0

  constructor(call: GuestCall) {
    this.context = { ...context, ...call.context }
    this.#answer = call.answer ?? (() => undefined)
  }

  submit(frame: Uint8Array): void {
    const { header, body } = decodeFrame(codec, frame)
    const { id, ...operation } = header as GuestOperation
    this.operations.push(operation)
    switch (operation.op) {
      case "answer":
        this.head = operation.head
        this.answered = codec.decode(body)
        return
      case "fail":
        this.failure = operation.error
        return
      case "cancel":
        return
      case "exceed":
        throw new Error("No test of the SDK asks for so much.")
      case "sleep":
        this.#sleeping += 1
        setTimeout(() => {
          this.#sleeping -= 1
          this.#frames.push(encodeFrame(codec, { id, ok: true }))
        }, operation.ms)
        return
      case "db":
      case "sql":
      case "transaction":
      case "fetch":
      case "invoke":
        this.#frames.push(this.#answered(header as GuestOperation, codec.decode(body)))
    }
  }

  async wait(): Promise<Uint8Array> {
    while (this.#frames.length === 0) {
      if (this.#sleeping === 0) throw new Error("The guest waits for nothing.")
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    return joinFrames(this.#frames.splice(0))
  }

  #answered(operation: GuestOperation, body: string): Uint8Array {
    const { id } = operation
    const answer = this.#answer(operation, body) ?? { error: { code: "INTERNAL", message: "The test has no answer." } }
    if ("error" in answer) {
      const error = { name: "AlyxError", code: null, message: "", status: null, ...answer.error }
      return encodeFrame(codec, { id, ok: false, error })
    }
    const bytes = typeof answer.body === "string" ? codec.encode(answer.body) : answer.body
    return encodeFrame(codec, { id, ok: true, value: answer.value }, bytes)
  }
}

const imports = {
  alyx_context: (call: CallContext) => call.store(JSON.stringify(call.hostContext<TestHost>().context)),
  alyx_submit: (call: CallContext, frame: bigint) =>
    call.hostContext<TestHost>().submit(call.read(frame)!.bytes().slice()),
  alyx_wait: async (call: CallContext) => call.store(await call.hostContext<TestHost>().wait()),
  alyx_call: () => {
    throw new Error("No test of the SDK asks for it.")
  },
  alyx_log: (call: CallContext, line: bigint) => {
    call.hostContext<TestHost>().logs.push(call.read(line)!.json() as GuestLogLine)
  },
  alyx_timezone: () => 0,
}
