/** JSON Schema 2020-12. */
export type JsonSchema = { readonly [key: string]: unknown } | boolean

/** How a function is written: `defineFunction`, `export default (req, res)`, `{ fetch(request) }`, or plain Extism. */
export type FunctionStyle = "define" | "handler" | "fetch" | "plugin"

/**
 * What our compiler writes into the custom section `alyx` of a plug-in, as JSON. A plug-in without it was made by
 * another tool. A second custom section, `alyx.map`, holds the source map (version 3) of the bundle.
 */
export interface PluginDescription {
  readonly abi: 1
  /** `alyx` has the event loop and imports what guest-abi.ts says; `extism` imports nothing but Extism and WASI. */
  readonly engine: "alyx" | "extism"
  readonly style: FunctionStyle
  /** The exported functions, as a host calls them. */
  readonly exports: readonly string[]
  readonly input: JsonSchema | null
  readonly output: JsonSchema | null
}

/** A plug-in that was built, or read from its file. */
export interface BuiltFunction {
  readonly wasm: Uint8Array<ArrayBuffer>
  /** Compiled here from source. Of bytes that came from elsewhere nobody knows whether they do what they say. */
  readonly isOwn: boolean
  /** SHA-256 of the bytes, in hex. */
  readonly hash: string
  /** Null for a plug-in of another tool. */
  readonly description: PluginDescription | null
  /** Source map of the bundle; null where there is none. */
  readonly sourceMap: string | null
  /** Files that a change of which makes it necessary to build again; absolute. */
  readonly inputs: readonly string[]
  /** What is not wrong, and should be known: one sentence each, with its place. */
  readonly warnings: readonly string[]
  readonly durationMs: number
}
