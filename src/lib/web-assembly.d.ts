/** What is used of WebAssembly: the standard library of the compiler has it only together with the whole browser. */
declare namespace WebAssembly {
  type ImportExportKind = "function" | "global" | "memory" | "table" | "tag"
  type ExportValue = ((...values: never[]) => unknown) | Global | Memory | Table
  type Exports = Record<string, ExportValue>
  type ImportValue = ExportValue | number
  type ModuleImports = Record<string, ImportValue>
  type Imports = Record<string, ModuleImports>
  type ValueType = "i32" | "i64" | "f32" | "f64" | "externref" | "anyfunc"

  interface ModuleExportDescriptor {
    readonly name: string
    readonly kind: ImportExportKind
  }

  interface ModuleImportDescriptor extends ModuleExportDescriptor {
    readonly module: string
  }

  class Module {
    constructor(bytes: BufferSource)
    static exports(module: Module): ModuleExportDescriptor[]
    static imports(module: Module): ModuleImportDescriptor[]
    static customSections(module: Module, name: string): ArrayBuffer[]
  }

  class Instance {
    constructor(module: Module, imports?: Imports)
    readonly exports: Exports
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }

  class Table {
    constructor(descriptor: { element: "anyfunc" | "externref"; initial: number; maximum?: number })
    readonly length: number
    get(index: number): unknown
  }

  class Global<T extends ValueType = ValueType> {
    constructor(descriptor: { value: T; mutable?: boolean }, value?: T extends "i64" ? bigint : number)
    value: T extends "i64" ? bigint : number
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  function validate(bytes: BufferSource): boolean
  function compile(bytes: BufferSource): Promise<Module>
  function instantiate(module: Module, imports?: Imports): Promise<Instance>
}

type BufferSource = ArrayBufferView | ArrayBuffer
