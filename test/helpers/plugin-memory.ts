import type { CallContext, Plugin } from "@extism/extism"

/** `alyx_read` and `alyx_write` of one plug-in, for a test that is its host. */
export class PluginMemory {
  #memory: WebAssembly.Memory | null = null

  readonly functions = {
    alyx_read: (context: CallContext, offset: bigint, at: number, length: number): void => {
      this.#bytes(at, length).set(context.read(offset)!.bytes().subarray(0, length))
    },
    alyx_write: (context: CallContext, at: number, length: number): bigint =>
      context.store(this.#bytes(at, length).slice()),
  }

  /** Once the plug-in is there. */
  async bind(plugin: Plugin): Promise<WebAssembly.Exports> {
    const { exports } = await plugin.getInstance()
    this.#memory = exports.memory as WebAssembly.Memory
    return exports
  }

  #bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory!.buffer, at, length)
  }
}
