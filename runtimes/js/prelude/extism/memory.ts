import { decodeUtf8, encodeUtf8, extismAlloc, extismFree, extismLength, extismLoad } from "../host.ts"
import { bufferOf } from "../web/bytes-of.ts"
import { type KitBytes, readKitBytes } from "./kit-bytes.ts"
import { domString } from "../web/web-idl.ts"

/** A block of Extism's memory, which plug-in and host share. */
export class MemoryHandle {
  offset: bigint
  len: bigint

  constructor(offset: bigint | number, len: bigint | number) {
    this.offset = BigInt(offset)
    this.len = BigInt(len)
  }

  readString(): string {
    return decodeUtf8(extismLoad(this.offset))
  }

  readUInt32(): number {
    return this.#view(4).getUint32(0, true)
  }

  readUInt64(): bigint {
    return this.#view(8).getBigUint64(0, true)
  }

  readFloat32(): number {
    return this.#view(4).getFloat32(0, true)
  }

  /** Named so in the kit. */
  readUFloat64(): number {
    return this.#view(8).getFloat64(0, true)
  }

  readFloat64(): number {
    return this.readUFloat64()
  }

  readBytes(): ArrayBuffer {
    return bufferOf(extismLoad(this.offset))
  }

  readJsonObject(): unknown {
    return JSON.parse(this.readString())
  }

  free(): void {
    extismFree(this.offset)
  }

  #view(bytes: number): DataView {
    const buffer = this.readBytes()
    if (buffer.byteLength < bytes)
      throw new RangeError(`The block has ${buffer.byteLength} bytes, and ${bytes} are read.`)
    return new DataView(buffer)
  }
}

/** Extism's memory in the words of the kit. */
export const Memory = {
  fromString: (text: string): MemoryHandle => store(encodeUtf8(domString(text))),
  fromBuffer: (bytes: KitBytes): MemoryHandle => store(readKitBytes(bytes)),
  fromJsonObject: (value: unknown): MemoryHandle => store(encodeUtf8(JSON.stringify(value))),
  allocUInt32: (value: number): MemoryHandle => store(new Uint8Array(Uint32Array.of(value).buffer)),
  allocUInt64: (value: bigint): MemoryHandle =>
    store(new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, value)).buffer)),
  allocFloat32: (value: number): MemoryHandle => store(new Uint8Array(Float32Array.of(value).buffer)),
  allocFloat64: (value: number): MemoryHandle => store(new Uint8Array(Float64Array.of(value).buffer)),

  /** Undefined where no block begins. */
  find(offset: bigint | number): MemoryHandle | undefined {
    const length = extismLength(BigInt(offset))
    return length === 0n ? undefined : new MemoryHandle(offset, length)
  },
} as const

function store(bytes: Uint8Array): MemoryHandle {
  return new MemoryHandle(extismAlloc(bytes), bytes.length)
}
