import { makeCustomSection, readSections, writeSections } from "../../src/functions/wasm-sections.ts"

/** `(module (func (export "handler")))` */
const silent = Buffer.from("0061736d0100000001040160000003020100070b010768616e646c657200000a040102000b", "hex")

/** A module that does nothing when it is called, with custom sections of any content. */
export function silentWasm(custom: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const added = Object.entries(custom).map(([name, text]) => makeCustomSection(name, Buffer.from(text)))
  return writeSections([...readSections(silent), ...added])
}
