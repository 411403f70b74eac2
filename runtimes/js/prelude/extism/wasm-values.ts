import type { ValueType } from "../../../../src/functions/plugin-interface.ts"

/** Values of WebAssembly stand one behind the other, in eight bytes each (runtimes/js/engine/glue.as). */
const valueBytes = 8

const largest = 2n ** 63n - 1n
const smallest = -(2n ** 63n)

/** Values as the bytes of these types, with room for a result. */
export function writeValues(types: readonly ValueType[], values: readonly unknown[]): Uint8Array {
  const bytes = new Uint8Array(Math.max(1, types.length) * valueBytes)
  const view = new DataView(bytes.buffer)
  types.forEach((type, index) => writeValue(view, { type, at: index * valueBytes, value: values[index] }))
  return bytes
}

/** The value of this type at a position; one of 64 bits is a BigInt. */
export function readValue(bytes: Uint8Array, type: ValueType, position = 0): number | bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const at = position * valueBytes
  switch (type) {
    case "i32":
      return view.getInt32(at, true)
    case "i64":
      return view.getBigInt64(at, true)
    case "f32":
      return view.getFloat32(at, true)
    case "f64":
      return view.getFloat64(at, true)
  }
}

interface Place {
  readonly type: ValueType
  readonly at: number
  readonly value: unknown
}

function writeValue(view: DataView, { type, at, value }: Place): void {
  switch (type) {
    case "i32":
      return view.setInt32(at, Number(value), true)
    case "i64":
      return view.setBigInt64(at, toInt64(value), true)
    case "f32":
      return view.setFloat32(at, Number(value), true)
    case "f64":
      return view.setFloat64(at, Number(value), true)
  }
}

/** Numbers lose their fraction; those beyond 64 bits become the largest or the smallest, as in Extism's kit. */
function toInt64(value: unknown): bigint {
  if (typeof value === "bigint") return BigInt.asIntN(64, value)
  const whole = Math.trunc(Number(value))
  if (Number.isNaN(whole)) return 0n
  if (whole >= 2 ** 63) return largest
  return whole <= -(2 ** 63) ? smallest : BigInt(whole)
}
