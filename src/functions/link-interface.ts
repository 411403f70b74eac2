import { isPlainExport, spareName } from "./plugin-interface.ts"
import type { FunctionSignature, HostFunction, PluginInterface, ValueType } from "./plugin-interface.ts"
import { concatBytes, unsigned, wasmName } from "./wasm-bytes.ts"
import type { WasmSection } from "./wasm-sections.ts"
import { exportSection, readExports, readImports, sectionIds, sectionReader } from "./wasm-sections.ts"

/**
 * Gives a plug-in the signatures that its interface file declares. No index of the engine moves, so its code stays as it is:
 *
 *   imports      the engine has some to spare; those that are used get name and type, the others become Extism's `free`
 *   calls        one function of the engine, which is written anew, calls the import with this number
 *   exports      functions behind all others store the arguments, call the engine's entry, and load the result
 */
export function linkInterface(
  sections: readonly WasmSection[],
  { engine, declared }: { readonly engine: readonly WasmSection[]; readonly declared: PluginInterface | null },
): WasmSection[] {
  const hostFunctions = declared?.hostFunctions ?? []
  const typed = (declared?.exports ?? []).filter((each) => !isPlainExport(each))
  if (hostFunctions.length === 0 && typed.length === 0)
    return replaced(sections, [[sectionIds.import, importsOf(sections, [], 0)]])
  const places = placesOf(engine)
  const firstType = countOf(sections, sectionIds.type)
  const signatures = [...hostFunctions, ...typed]
  const entries = new Map(readExports(sections).map(({ name, index }) => [name, index]))
  const bodies = typed.map((each) => exportBody(each, { entry: entries.get(each.name)!, values: places.values }))
  const firstBody = places.importsCount + countOf(sections, sectionIds.function)
  const typeIndexes = typed.map((_, index) => unsigned(firstType + hostFunctions.length + index))
  const exported = readExports(sections).map((one) => {
    const index = typed.findIndex(({ name }) => name === one.name)
    return index < 0 ? one : { ...one, index: firstBody + index }
  })
  return replaced(sections, [
    [sectionIds.type, appended(sections, sectionIds.type, signatures.map(functionType))],
    [sectionIds.import, importsOf(sections, hostFunctions, firstType)],
    [sectionIds.function, appended(sections, sectionIds.function, typeIndexes)],
    [sectionIds.export, exportSection(exported)],
    [
      sectionIds.code,
      codeOf(sections, { body: callBody(hostFunctions, places), at: places.caller - places.importsCount, bodies }),
    ],
  ])
}

/** Where things are in the engine. */
interface Places {
  readonly importsCount: number
  /** Of the imports to spare, in their order. */
  readonly spares: readonly number[]
  /** The function that calls them. */
  readonly caller: number
  /** The global that says where arguments and results stand. */
  readonly values: number
}

function placesOf(engine: readonly WasmSection[]): Places {
  const imports = readImports(engine).filter(({ kind }) => kind === "function")
  const exported = new Map(readExports(engine).map(({ name, index }) => [name, index]))
  const spares = imports.flatMap((_, index) => {
    const at = imports.findIndex(({ name }) => name === spareName(index))
    return at < 0 ? [] : [at]
  })
  const caller = exported.get("alyx_call_host")!
  const values = exported.get("alyx_values")!
  return { importsCount: imports.length, spares, caller, values }
}

const codes = {
  typeOf: { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c },
  load: { i32: 0x28, i64: 0x29, f32: 0x2a, f64: 0x2b },
  store: { i32: 0x36, i64: 0x37, f32: 0x38, f64: 0x39 },
  minusOne: {
    i32: [0x41, 0x7f],
    i64: [0x42, 0x7f],
    f32: [0x43, 0, 0, 0x80, 0xbf],
    f64: [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0xbf],
  },
  function: 0x60,
  nothing: 0x40,
  unreachable: 0x00,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  call: 0x10,
  localGet: 0x20,
  globalGet: 0x23,
  i32Const: 0x41,
  i32Equal: 0x46,
} as const

/** Values stand one behind the other, in eight bytes each. */
const valueBytes = 8

function functionType({ params, result }: FunctionSignature): number[] {
  const results = result === null ? [] : [codes.typeOf[result]]
  return [codes.function, params.length, ...params.map((type) => codes.typeOf[type]), results.length, ...results]
}

function load(type: ValueType, position: number): number[] {
  return [codes.load[type], 0, ...unsigned(position * valueBytes)]
}

function store(type: ValueType, position: number): number[] {
  return [codes.store[type], 0, ...unsigned(position * valueBytes)]
}

/** (number of the import, address of its arguments): the result stands where the first argument was. Numbers are below 64, so one byte. */
function callBody(hostFunctions: readonly HostFunction[], { spares }: Places): number[] {
  const address = [codes.localGet, 1]
  const calls = hostFunctions.flatMap(({ params, result }, index) => [
    codes.localGet,
    0,
    codes.i32Const,
    index,
    codes.i32Equal,
    codes.if,
    codes.nothing,
    ...(result === null ? [] : address),
    ...params.flatMap((type, position) => [...address, ...load(type, position)]),
    codes.call,
    ...unsigned(spares[index]!),
    ...(result === null ? [] : store(result, 0)),
    codes.end,
  ])
  return [0, ...calls, codes.end]
}

/** An export that throws returns -1, as in Extism's kit; one without a result ends in a trap. */
function exportBody(
  { params, result }: FunctionSignature,
  { entry, values }: { readonly entry: number; readonly values: number },
): number[] {
  const address = [codes.globalGet, ...unsigned(values)]
  const stored = params.flatMap((type, position) => [
    ...address,
    codes.localGet,
    ...unsigned(position),
    ...store(type, position),
  ])
  const called = [codes.call, ...unsigned(entry)]
  const ended =
    result === null
      ? [codes.if, codes.nothing, codes.unreachable, codes.end]
      : [
          codes.if,
          codes.typeOf[result],
          ...codes.minusOne[result],
          codes.else,
          ...address,
          ...load(result, 0),
          codes.end,
        ]
  return [0, ...stored, ...called, ...ended, codes.end]
}

function importsOf(sections: readonly WasmSection[], used: readonly HostFunction[], firstType: number): Uint8Array {
  const reader = sectionReader(sections, sectionIds.import)!
  const count = reader.u32()
  const spares = new Map(Array.from({ length: count }, (_, index) => [spareName(index), index]))
  const parts: (Uint8Array | number[])[] = [unsigned(count)]
  for (let index = 0; index < count; index += 1) {
    const from = reader.at
    reader.name()
    const spare = spares.get(reader.name())
    const kind = reader.byte()
    const type = reader.u32()
    if (spare === undefined) parts.push(reader.bytes.subarray(from, reader.at))
    else {
      const host = used[spare]
      const [module, name] = host === undefined ? ["extism:host/env", "free"] : [host.module, host.name]
      parts.push([
        ...wasmName(module),
        ...wasmName(name),
        kind,
        ...unsigned(host === undefined ? type : firstType + spare),
      ])
    }
  }
  return concatBytes(parts)
}

function codeOf(
  sections: readonly WasmSection[],
  { body, at, bodies }: { readonly body: number[]; readonly at: number; readonly bodies: readonly number[][] },
): Uint8Array {
  const reader = sectionReader(sections, sectionIds.code)!
  const count = reader.u32()
  const from = reader.at
  for (let index = 0; index < at; index += 1) reader.take(reader.u32())
  const until = reader.at
  reader.take(reader.u32())
  return concatBytes([
    unsigned(count + bodies.length),
    reader.bytes.subarray(from, until),
    [...unsigned(body.length), ...body],
    reader.bytes.subarray(reader.at, reader.end),
    ...bodies.map((each) => [...unsigned(each.length), ...each]),
  ])
}

function countOf(sections: readonly WasmSection[], id: number): number {
  return sectionReader(sections, id)?.u32() ?? 0
}

/** The content of a section that is a list, with more at its end. */
function appended(sections: readonly WasmSection[], id: number, more: readonly (readonly number[])[]): Uint8Array {
  const reader = sectionReader(sections, id)!
  const count = reader.u32()
  return concatBytes([unsigned(count + more.length), reader.bytes.subarray(reader.at, reader.end), ...more])
}

function replaced(
  sections: readonly WasmSection[],
  contents: readonly (readonly [number, Uint8Array])[],
): WasmSection[] {
  const byId = new Map(contents)
  return sections.map(({ id, content }) => ({ id, content: byId.get(id) ?? content }))
}
