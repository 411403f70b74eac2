import type { FunctionSignature } from "../../../../src/functions/plugin-interface.ts"
import { natives } from "../natives.ts"
import { declaredInterface } from "./declared-interface.ts"
import { readValue, writeValues } from "./wasm-values.ts"

/** The signature of an export that has parameters, or another result than the status; null for any other. */
export function typedExport(name: string): FunctionSignature | null {
  const signature = declaredInterface()?.exports?.find((each) => each.name === name)
  if (signature === undefined) return null
  return signature.params.length === 0 && signature.result === "i32" ? null : signature
}

/** Calls it with the arguments of the host, and leaves the result where the host finds it. */
export function runTypedExport({ params, result }: FunctionSignature, call: (...args: unknown[]) => unknown): unknown {
  const bytes = natives.exportValues()
  const returned = call(...params.map((type, position) => readValue(bytes, type, position)))
  const keep = (value: unknown): void => {
    if (result !== null) natives.setExportValues(writeValues([result], [value ?? 0]))
  }
  return returned instanceof Promise ? returned.then(keep) : keep(returned)
}
