/** The linear memory of an instance, read and written by WASI. Offsets are a guest's word: what lies outside throws a RangeError. */
export class GuestMemory {
  #memory: WebAssembly.Memory | null = null

  /** Only known when the instance is made; a module that begins by itself has none before. */
  bind(memory: WebAssembly.Memory | undefined): void {
    this.#memory = memory ?? null
  }

  get byteLength(): number {
    return this.#memory?.buffer.byteLength ?? 0
  }

  /** Made anew each time: memory that grows is another buffer. */
  get view(): DataView {
    if (this.#memory === null) throw new RangeError("The plug-in has no memory yet, or does not export it.")
    return new DataView(this.#memory.buffer)
  }

  bytes(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const { buffer } = this.view
    return new Uint8Array(buffer as ArrayBuffer, offset >>> 0, length >>> 0)
  }
}
