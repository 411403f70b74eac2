import { makeCustomSection, readSections, writeSections } from "../../src/functions/wasm-sections.ts"

/** `(module (func (export "handler")))` */
const silent = "0061736d0100000001040160000003020100070b010768616e646c657200000a040102000b"
/** `(module (func (export "handler") (result i32) (i32.const 7)))` */
const seven = "0061736d010000000105016000017f03020100070b010768616e646c657200000a0601040041070b"

/** A module that does nothing when it is called but return 7, if it is to, with custom sections of any content. */
export function silentWasm(custom: Readonly<Record<string, string>> = {}, code?: 7): Uint8Array<ArrayBuffer> {
  const added = Object.entries(custom).map(([name, text]) => makeCustomSection(name, Buffer.from(text)))
  const sections = readSections(Buffer.from(code === undefined ? silent : seven, "hex"))
  return writeSections([...sections, ...added])
}
