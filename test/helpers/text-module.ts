import binaryen from "binaryen"

const { Atomics, Memory64, MultiMemory, ReferenceTypes, BulkMemory, BulkMemoryOpt } = binaryen.Features

/** Not all: what the newest makes of imports, V8 does not read. */
const features = [Atomics, Memory64, MultiMemory, ReferenceTypes, BulkMemory, BulkMemoryOpt]

/** A WebAssembly module written as text, as bytes; not checked, so that it may be one that nothing runs. */
export function textModule(text: string): Uint8Array<ArrayBuffer> {
  const module = binaryen.parseText(text)
  try {
    module.setFeatures(features.reduce<number>((all, feature) => all | feature, 0))
    return new Uint8Array(module.emitBinary())
  } finally {
    module.dispose()
  }
}
