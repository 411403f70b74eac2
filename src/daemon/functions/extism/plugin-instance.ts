import { createPlugin } from "@extism/extism"
import type { CallContext, ExtismPluginOptions, Plugin } from "@extism/extism"

import { blockFunctions } from "./block-functions.ts"
import { bulkCopies } from "./bulk-copies.ts"
import { ExtismMemory } from "./extism-memory.ts"
import { ExtismHttp } from "./extism-fetch.ts"
import { GuestMemory } from "./guest-memory.ts"
import { alyxFunctions } from "./host-functions.ts"
import type { HostFunction } from "./host-functions.ts"
import {
  alyxNamespace,
  beginnings,
  extismNamespace,
  ownWasiNamespace,
  resumeName,
  unusedNamespace,
} from "../../../functions/known-imports.ts"
import { OutputLines } from "./output-lines.ts"
import { freeData, memoryName, placeData } from "./plugin-data.ts"
import { ReturnCode } from "./return-code.ts"
import type { RunningCall } from "./running-call.ts"
import { wasiFunctions } from "./wasi.ts"
import type { PluginToInstantiate } from "./worker-messages.ts"

/** Extism's variables of one instance. */
const varBytesMax = 1024 * 1024

/** A plug-in that was instantiated: it serves one call at a time. */
export class PluginInstance {
  readonly #plugin: PluginToInstantiate
  readonly #memory = new GuestMemory()
  readonly #extismMemory: ExtismMemory
  /** Extism keeps this very object, so a call's own members can be put in. */
  readonly #config: Record<string, string>
  readonly #outputs: Readonly<Record<1 | 2, OutputLines>>
  readonly #returnCode = new ReturnCode()
  readonly #http = new ExtismHttp(() => this.#call)
  #extism: Plugin | undefined
  #deadline: WebAssembly.Global<"i64"> | undefined
  #call: RunningCall | null = null
  #exports: WebAssembly.Exports | undefined
  #hasBegun = false

  constructor(plugin: PluginToInstantiate) {
    this.#plugin = plugin
    this.#extismMemory = new ExtismMemory(plugin.memoryBytes)
    this.#config = Object.assign(Object.create(null) as Record<string, string>, plugin.env)
    this.#outputs = {
      1: new OutputLines((line) => this.#call?.writeLog({ level: "info", message: line })),
      2: new OutputLines((line) => this.#call?.writeLog({ level: "warn", message: line })),
    }
  }

  /** Of its linear memory. */
  get memoryBytes(): number {
    return this.#memory.byteLength
  }

  /** Whether its memory is nearly as large as it may become, so that what failed failed for it. */
  get isMemoryFull(): boolean {
    return this.#memory.byteLength >= this.#plugin.memoryBytes * fullShare || this.#extismMemory.hasRefused
  }

  /** Whether it was refused a part of Extism's memory in this call. */
  get hasRefusedMemory(): boolean {
    return this.#extismMemory.hasRefused
  }

  /** Whether a call that ends well always answers, if only with an empty body. */
  get alwaysAnswers(): boolean {
    return this.#plugin.alwaysAnswers
  }

  /** What the entry returned: other than 0 is a failure, as Extism has it. */
  get returnCode(): number {
    return this.#returnCode.last
  }

  /** Whether its own beginning is over, as its compiler wants it. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Makes the instance, of which no function has run then. */
  async make(): Promise<void> {
    const { module, data } = this.#plugin
    // The module by itself: of a manifest Extism asks whether it is a Response, for which Node.js loads all of its fetch (20 MB).
    this.#extism = await createPlugin(module, this.#extismOptions(module))
    const { exports } = await this.#extism.getInstance()
    const { [memoryName]: memory, alyx_deadline: deadline } = exports
    if (data !== null) placeData(memory as WebAssembly.Memory, data)
    this.#memory.bind(memory instanceof WebAssembly.Memory ? memory : undefined)
    if (deadline instanceof WebAssembly.Global) this.#deadline = deadline
    this.#exports = exports
  }

  /** Lets it begin, until then at most; may trap. What it says is the call's, if there is one. */
  begin(call: RunningCall | null, deadline: bigint): void {
    this.#call = call
    this.resume(deadline)
    const { module, data, memoryBytes } = this.#plugin
    const exports = this.#exports!
    begin(exports, importsWasi(module))
    const { alyx_set_memory_limit: setLimit } = exports
    if (typeof setLimit === "function") {
      const limit = setLimit as (bytes: number) => void
      limit(Math.floor(memoryBytes * engineShare))
    }
    // One that could not begin is made again.
    if (data !== null) freeData(data)
    this.#hasBegun = true
  }

  /** Calls the entry, after its beginning if that was not yet; what the host functions do meanwhile is the call's. Null where it set no output. Throws what the guest or a host function threw. */
  async call(call: RunningCall): Promise<Uint8Array | null> {
    const { message } = call
    if (!this.#hasBegun) this.begin(call, message.deadline)
    this.#call = call
    Object.assign(this.#config, message.config)
    this.#extismMemory.reset()
    this.resume(message.deadline)
    try {
      if (!this.alwaysAnswers) this.#returnCode.watch(await this.#extism!.getInstance(), message.entry)
      const output = await this.#extism!.call(message.entry, message.input, call)
      return (await this.#resumeAll(call)) ?? output?.bytes() ?? null
    } finally {
      for (const lines of Object.values(this.#outputs)) lines.flush()
      this.#call = null
      for (const name of Object.keys(message.config)) delete this.#config[name]
    }
  }

  /** Where the call waits its entry has returned; it goes on as often as it is answered. What it set as output since, if anything. */
  async #resumeAll(call: RunningCall): Promise<Uint8Array | null> {
    let output: Uint8Array | null = null
    while (call.isPaused) {
      await call.answered()
      output = (await this.#extismMemory.resume(this.#extism!, call)) ?? output
    }
    return output
  }

  /** Gives the memory of the last call's blocks back. */
  async rest(): Promise<void> {
    await this.#extism?.reset()
  }

  /** Its code goes on: tells it when it has to end. */
  resume(deadline: bigint): void {
    if (this.#deadline !== undefined) this.#deadline.value = deadline
  }

  #extismOptions(module: WebAssembly.Module): ExtismPluginOptions {
    return {
      functions: this.#importedFunctions(module) as NonNullable<ExtismPluginOptions["functions"]>,
      config: this.#config,
      memory: { maxVarBytes: varBytesMax },
      allowedHosts: ["*"],
      allowHttpResponseHeaders: true,
      fetch: this.#http.fetch,
      logger: this.#logger(),
      logLevel: "trace",
    }
  }

  /** Only what the module imports: an async function among them makes every call asynchronous. */
  #importedFunctions(module: WebAssembly.Module): Record<string, Record<string, HostFunction>> {
    const isResumed = resumes(module)
    const all: Record<string, Record<string, HostFunction>> = {
      [alyxNamespace]: {
        ...alyxFunctions(this.#extismMemory, { isResumed }),
        ...bulkCopies(this.#memory, this.#extismMemory),
      },
      [extismNamespace]: { ...this.#http.functions, ...blockFunctions(this.#extismMemory, () => this.#call) },
      [unusedNamespace]: { http_request: noHttp },
      [ownWasiNamespace]: withoutContext(
        wasiFunctions({
          memory: this.#memory,
          env: this.#plugin.env,
          output: (descriptor) => this.#outputs[descriptor],
          deadline: () => this.#call?.message.deadline ?? 0n,
        }),
      ),
    }
    // Extism frees blocks by its own `free`, too.
    const { free } = all[extismNamespace]!
    const imported: Record<string, Record<string, HostFunction>> = { [extismNamespace]: { free: free! } }
    for (const { module: namespace, name } of WebAssembly.Module.imports(module)) {
      const offered = all[namespace]?.[name]
      if (offered !== undefined) (imported[namespace] ??= {})[name] = offered
    }
    return imported
  }

  /** What Extism itself says. */
  #logger(): Console {
    const at =
      (level: "debug" | "info" | "warn" | "error") =>
      (message: unknown): void =>
        this.#call?.writeLog({ level, message: String(message).slice(0, 16_384) })
    return { trace: at("debug"), debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") } as Console
  }
}

/** A failed allocation is taken for the limit's from here on. */
const fullShare = 0.75

/** What the engine of our compiler gives to values: the rest is its stack and what it was made with. */
const engineShare = 0.9

function withoutContext(
  functions: Record<string, (...values: (number | bigint)[]) => number>,
): Record<string, HostFunction> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, run]) => [
      name,
      (_context: CallContext, ...values: never[]) => run(...values),
    ]),
  )
}

/** Whether calls return where they wait, so that nothing of the module is ever suspended (guest-abi.ts). */
function resumes(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.exports(module).some(({ name }) => name === resumeName)
}

/** The code of such a module does not mention what asks for it. */
function noHttp(): never {
  throw new Error("Http is found only where the code of a function mentions it by its name.")
}

function importsWasi(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.imports(module).some(({ module: namespace }) => namespace === ownWasiNamespace)
}

/** As Extism does it: a reactor is initialized, a command without WASI is started, and Haskell's runtime after all. */
function begin(exports: WebAssembly.Exports, hasWasi: boolean): void {
  const run = (name: string): void => {
    const beginning = exports[name]
    if (typeof beginning === "function") beginning()
  }
  if (exports[beginnings.initialize] !== undefined) run(beginnings.initialize)
  else if (!hasWasi) run(beginnings.start)
  run(beginnings.haskell)
}
