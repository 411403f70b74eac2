import type { CompiledRule } from "../rules/rules.ts"

/**
 * What a function's manifest says (`create-post.yaml` beside a one-file function, `manifest.yaml` in a folder), checked
 * and completed. What it leaves to the configuration (`functions.*`) is null.
 */
export interface FunctionManifest {
  /** Letters, digits, `-` and `_`, at most 64; the file's or the folder's name unless written. */
  readonly name: string
  /** Where it was written, relative to the root; null for a function without a manifest. */
  readonly file: string | null
  /** The exported function of a plug-in; null for `handler`, then `handle`, then the only export. */
  readonly entry: string | null
  readonly timeoutMs: number | null
  readonly memoryBytes: number | null
  /** Idle instances that are kept however long nobody calls. Null: none before the first call, one after it. */
  readonly minWarm: number | null
  /** Calls that run at a time; the others wait in a queue. */
  readonly maxConcurrency: number | null
  readonly idleTimeoutMs: number | null
  /** `per_call` gives every call a fresh instance; with `instance` globals survive from one caller to the next. */
  readonly isolation: "instance" | "per_call"
  /** False: the code is evaluated whenever an instance is made, not once when it is built. */
  readonly snapshot: boolean
  /** `extism`: the plug-in imports nothing but Extism's own functions. Null: as the code needs. */
  readonly abi: "extism" | null
  /** Hosts that it may reach: `api.stripe.com`, `*.example.com`, `host:port`; private addresses only when written here. */
  readonly allowedHosts: readonly string[]
  /** With `${NAME}` filled in. Values may be secret. */
  readonly env: Readonly<Record<string, string>>
  /** The secrets (`alyx secrets set`) that it may read. */
  readonly secrets: readonly string[]
  /** May use `ctx.asAdmin`, SQL, and `raw()` without limits. */
  readonly privileged: boolean
  /** Who may call it over HTTP: CEL over `auth` and `request`. Null: anyone. */
  readonly access: CompiledRule | null
  /** Whether it is served at `/api/functions/:name`; false where it has hooks or schedules and neither routes nor `http: true`. */
  readonly isHttp: boolean
  readonly routes: readonly FunctionRoute[]
  /** Checked now; they come alive with the event bus. */
  readonly hooks: readonly FunctionHook[]
  readonly schedules: readonly FunctionSchedule[]
  /** Another compiler than ours; null for ours. */
  readonly build: BuildCommand | null
}

/** A path that a function answers itself. */
export interface FunctionRoute {
  /** `/orders/{id}`, `/files/{rest*}`; always begins with a slash. */
  readonly path: string
  /** Upper case; empty for all. */
  readonly methods: readonly string[]
}

/** A command that makes the plug-in. */
export interface BuildCommand {
  readonly command: string
  readonly args: readonly string[]
  /** Globs relative to the function's folder; empty: every file of it. */
  readonly watch: readonly string[]
  /** The `.wasm`, relative to the function's folder. */
  readonly output: string
}

/** When data changes, somebody signs in, an event comes, or a webhook is received: the manifest's words (event-and-hook-systems.md, events-v2.md). */
export interface FunctionHook {
  readonly type: "database" | "auth" | "webhook" | "event"
  /** Everything that was written, as plain JSON. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** By the clock: the manifest's words. */
export interface FunctionSchedule {
  readonly name: string
  readonly type: "cron" | "interval" | "one_time"
  readonly expression: string
  readonly timezone: string
  readonly settings: Readonly<Record<string, unknown>>
}
