import type { HostFunction } from "../../../../src/functions/plugin-interface.ts"
import { callHostFunction } from "../host.ts"
import { declaredInterface } from "./declared-interface.ts"
import { readValue, writeValues } from "./wasm-values.ts"

export type HostCall = (...values: unknown[]) => number | bigint | undefined

/** The functions that the interface file wants of the host, by name. */
export function hostFunctions(): Readonly<Record<string, HostCall>> {
  const declared = declaredInterface()?.hostFunctions ?? []
  if (declared.length === 0) {
    throw new TypeError(
      'Host.getFunctions: no host functions are declared. Declare them in a file <source>.d.ts beside the source: declare module "extism:host" { interface user { name(value: I64): I64 } }',
    )
  }
  return Object.fromEntries(declared.map((each, index) => [each.name, callOf(each, index)]))
}

function callOf({ name, params, result }: HostFunction, index: number): HostCall {
  return (...values) => {
    const bytes = writeValues(params, values)
    callHostFunction(name, index, bytes)
    return result === null ? undefined : asNumber(readValue(bytes, result))
  }
}

/** As Extism's kit has it, unless the number would be another one. */
function asNumber(value: number | bigint): number | bigint {
  return typeof value === "number" || BigInt(Number(value)) !== value ? value : Number(value)
}
