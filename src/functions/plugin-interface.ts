/** What an interface file of Extism's JavaScript kit declares: signatures of WebAssembly for exports and host functions. */
export interface PluginInterface {
  /** Null where the file declares no module "main": what the source exports is found by itself. */
  readonly exports: readonly FunctionSignature[] | null
  readonly hostFunctions: readonly HostFunction[]
}

export interface FunctionSignature {
  readonly name: string
  readonly params: readonly ValueType[]
  readonly result: ValueType | null
}

/** One that the host of the plug-in has to provide. */
export interface HostFunction extends FunctionSignature {
  /** The namespace of the import, such as extism:host/user. */
  readonly module: string
}

export type ValueType = "i32" | "i64" | "f32" | "f64"

/** The most that one plug-in imports of its own: so many imports the engine has to spare. */
export const hostFunctionsMax = 32

/** The engine has room for so many values of a call. */
export const paramsMax = 16

/** What the engine calls the imports that it has to spare. */
export function spareName(index: number): string {
  return `alyx_spare_${index}`
}

/** Whether calls need nothing but the status that every export returns. */
export function isPlainExport({ params, result }: FunctionSignature): boolean {
  return params.length === 0 && result === "i32"
}
