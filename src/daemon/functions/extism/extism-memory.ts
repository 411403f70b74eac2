import type { CallContext, Plugin } from "@extism/extism"

import { resumeName } from "../../../functions/known-imports.ts"

import { ExtismBlocks, indexOf, offsetOf } from "./extism-blocks.ts"

/** What is reckoned for a block besides its bytes. */
const blockBytes = 256

/** Thrown into a guest for which there was no room in Extism's memory. */
export class OutOfExtismMemory extends Error {
  override readonly name = "OutOfExtismMemory"
}

/**
 * Bounds what one call takes of Extism's memory, which lies outside the guest's own: as much as the guest's memory may be, in at
 * most 32,766 blocks at a time.
 */
export class ExtismMemory {
  readonly #bytesMax: number
  /** By index, what is reckoned for each block that is in use; but for the input. */
  readonly #held = new Map<number, number>()
  #blocks: ExtismBlocks | null = null
  #bytes = 0
  #hasRefused = false

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** A new call begins: Extism has let go of all blocks. */
  reset(): void {
    this.#blocks?.reset()
    this.#held.clear()
    this.#bytes = 0
    this.#hasRefused = false
  }

  /** Whether the call was given less than it wanted. */
  get hasRefused(): boolean {
    return this.#hasRefused
  }

  /** The offset of a new block, or 0 where there is no room, as plug-ins expect it. */
  alloc(context: CallContext, length: bigint): bigint {
    if (!this.#hasRoom(length)) return this.#refuse()
    return offsetOf(this.#place(context, new ArrayBuffer(Number(length))) ?? 0)
  }

  /** The offset of a new block with this content. Throws OutOfExtismMemory. */
  store(context: CallContext, bytes: Uint8Array): bigint {
    return offsetOf(this.#store(this.#adopt(context), bytes))
  }

  /** Gives a block back; what is none is left alone, and so is the input. */
  free(offset: bigint): void {
    const index = indexOf(offset)
    const bytes = this.#held.get(index)
    if (bytes === undefined) return
    this.#held.delete(index)
    this.#bytes -= bytes
    this.#blocks!.free(index)
  }

  /** Lets the call go on by the export that is for it, with the input that it had; returns the output that it set, if it did. */
  async resume(plugin: Plugin, hostContext: unknown): Promise<Uint8Array | null> {
    const blocks = this.#blocks!
    blocks.setHostContext(hostContext)
    const [errorIndex, outputIndex] = await (plugin as unknown as Resumed).callBlock(resumeName, inputIndex)
    if (errorIndex !== null)
      throw new Error(`Plugin-originated error: ${Buffer.from(blocks.read(errorIndex)).toString("utf8")}`)
    return outputIndex === null ? null : blocks.read(outputIndex)
  }

  #hasRoom(length: bigint | number): boolean {
    return length >= 0 && Number(length) + blockBytes + this.#bytes <= this.#bytesMax
  }

  #store(blocks: ExtismBlocks, bytes: Uint8Array): number {
    // The input is there already, however large it is.
    if (blocks.isEmpty) return blocks.place(contentOf(bytes))!
    const index = this.#hasRoom(bytes.length) ? this.#hold(blocks, contentOf(bytes)) : null
    if (index !== null) return index
    this.#refuse()
    throw new OutOfExtismMemory("There is no room for more blocks of Extism's memory.")
  }

  #place(context: CallContext, content: ArrayBuffer): number | null {
    const index = this.#hold(this.#adopt(context), content)
    if (index === null) this.#refuse()
    return index
  }

  #hold(blocks: ExtismBlocks, content: ArrayBuffer): number | null {
    const index = blocks.place(content)
    if (index === null) return null
    const bytes = content.byteLength + blockBytes
    this.#held.set(index, bytes)
    this.#bytes += bytes
    return index
  }

  /** An instance has one context, which is known when it first asks for something. */
  #adopt(context: CallContext): ExtismBlocks {
    if (this.#blocks !== null) return this.#blocks
    const blocks = new ExtismBlocks(context)
    blocks.storeBy((bytes) => this.#store(blocks, bytes))
    this.#blocks = blocks
    return blocks
  }

  #refuse(): bigint {
    this.#hasRefused = true
    return 0n
  }
}

/** The input is the first block of a call. */
const inputIndex = 1

/** What Extism's own `call` does once the input has its block. */
interface Resumed {
  callBlock(name: string, input: number): Promise<readonly [error: number | null, output: number | null]>
}

/** A buffer that holds these bytes and nothing else. */
function contentOf(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
  return isAlone ? buffer : new Uint8Array(bytes).buffer
}
