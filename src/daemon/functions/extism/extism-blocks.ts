import type { CallContext } from "@extism/extism"

/** The index of a block stands in the upper 16 bits of its offset, which is signed: of a larger one the guest would read nothing. */
const indexMax = 32_767

/**
 * Places blocks in Extism's memory, and gives the indices of freed ones to new ones. Extism itself takes another index for
 * every block, so that a call could have 32,766 of them and no more, and nobody would be told.
 */
export class ExtismBlocks {
  readonly #internals: Internals
  /** Extism's own list of the calls that are under way: it changes with them, and is put back as it is. */
  readonly #stack: unknown
  readonly #freed: number[] = []
  #lastIndex: number

  constructor(context: CallContext) {
    this.#internals = internalsOf(context)
    const { blocks, stack } = this.#internals.exportState()
    this.#stack = stack
    this.#lastIndex = blocks.length - 1
  }

  /** Extism has let go of all blocks, but for the first, which nobody uses. */
  reset(): void {
    this.#freed.length = 0
    this.#lastIndex = 0
  }

  /** No block was placed since the reset. */
  get isEmpty(): boolean {
    return this.#lastIndex === 0
  }

  /** Makes this the content of a block, and returns its index; null where so many are in use that there is none. */
  place(content: ArrayBuffer): number | null {
    const index = this.#freed.pop() ?? (this.#lastIndex < indexMax ? (this.#lastIndex += 1) : null)
    if (index !== null) this.#set(index, content)
    return index
  }

  /** Of a block that was placed, and was not freed since. */
  free(index: number): void {
    this.#set(index, null)
    this.#freed.push(index)
  }

  /** Which is forgotten whenever an export returns. */
  setHostContext(hostContext: unknown): void {
    this.#internals.setHostContext(hostContext)
  }

  read(index: number): Uint8Array {
    return this.#internals.read(index)
  }

  /** Extism places what it stores itself, such as the input and values of variables, by this. */
  storeBy(store: (bytes: Uint8Array) => number): void {
    this.#internals.storeBy(store)
  }

  #set(index: number, content: ArrayBuffer | null): void {
    this.#internals.importState({ blocks: [[content, index]], stack: this.#stack })
  }
}

/** The offset of a block as guests know it. */
export function offsetOf(index: number): bigint {
  return BigInt(index) << 48n
}

export function indexOf(offset: bigint): number {
  return Number(offset >> 48n)
}

interface State {
  readonly blocks: readonly (readonly [ArrayBuffer | null, number])[]
  readonly stack: unknown
}

/** What the parts of Extism have for one another. */
interface Internals {
  exportState(): State
  importState(state: State): void
  storeBy(store: (bytes: Uint8Array) => number): void
  setHostContext(hostContext: unknown): void
  read(index: number): Uint8Array
}

function internalsOf(context: CallContext): Internals {
  const members = context as unknown as Record<symbol, (...values: unknown[]) => unknown>
  const symbols = Object.getOwnPropertySymbols(Object.getPrototypeOf(context))
  const symbolOf = (name: string): symbol => {
    const symbol = symbols.find(({ description }) => description === name)
    if (symbol === undefined) throw new Error(`This version of Extism has no ${name}.`)
    return symbol
  }
  const names = ["export-state", "import-state", "store-value", "set-host-context"]
  const [exporting, importing, storing, setting] = names.map(symbolOf)
  return {
    exportState: () => members[exporting!]!() as State,
    importState: (state) => void members[importing!]!(state),
    setHostContext: (hostContext) => void members[setting!]!(hostContext),
    read: (index) => context.read(offsetOf(index))?.bytes() ?? new Uint8Array(),
    storeBy: (store) => {
      members[storing!] = (input) => {
        if (typeof input === "string") return store(Buffer.from(input))
        return input instanceof Uint8Array ? store(input) : (input ?? null)
      }
    },
  }
}
