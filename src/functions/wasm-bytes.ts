/** Reads the numbers of a WebAssembly module. Throws a RangeError where the bytes end too early. */
export class WasmReader {
  readonly bytes: Uint8Array
  at: number
  readonly end: number

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  get isAtEnd(): boolean {
    return this.at >= this.end
  }

  byte(): number {
    const value = this.at < this.end ? this.bytes[this.at] : undefined
    if (value === undefined) throw new RangeError("The module ends too early.")
    this.at += 1
    return value
  }

  /** An unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new RangeError("A number of the module is too long.")
  }

  /** Passes over a LEB128 of any length. */
  skipNumber(): void {
    while (this.byte() >= 0x80);
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.end) throw new RangeError("The module ends too early.")
    const taken = this.bytes.subarray(this.at, this.at + length)
    this.at += length
    return taken
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.u32()))
  }
}

/** Bytes of an unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low | 0x80 : low)
  } while (rest > 0)
  return bytes
}

/** Bytes of a signed LEB128. */
export function signed(value: bigint): number[] {
  const bytes: number[] = []
  for (let rest = value; ;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    const isLast = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)
    bytes.push(isLast ? low : low | 0x80)
    if (isLast) return bytes
  }
}

/** Writes an unsigned LEB128 of at most 32 bits; returns where it ends. */
export function writeUnsigned(bytes: Uint8Array, at: number, value: number): number {
  let [next, rest] = [at, value >>> 0]
  for (; rest >= 128; rest >>>= 7) bytes[next++] = (rest & 0x7f) | 0x80
  bytes[next] = rest
  return next + 1
}

/** Writes a signed LEB128 of 32 bits; returns where it ends. */
export function writeSigned(bytes: Uint8Array, at: number, value: number): number {
  let [next, rest] = [at, value]
  for (; rest < -64 || rest > 63; rest >>= 7) bytes[next++] = (rest & 0x7f) | 0x80
  bytes[next] = rest & 0x7f
  return next + 1
}

/** Bytes of a name: its length, and UTF-8. */
export function wasmName(name: string): number[] {
  const bytes = new TextEncoder().encode(name)
  return [...unsigned(bytes.length), ...bytes]
}

/** One array of all parts. */
export function concatBytes(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
