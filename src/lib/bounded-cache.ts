/**
 * A map that forgets what was not asked for lately. It is an LRU in two generations: when the newer one is full, the
 * older one is dropped, so that a hit costs one lookup and no bookkeeping.
 */
export class BoundedCache<Value> {
  readonly #generationSize: number
  readonly #keyLengthMax: number
  #recent = new Map<string, Value>()
  #older = new Map<string, Value>()

  constructor(options: { readonly sizeMax: number; readonly keyLengthMax: number }) {
    this.#generationSize = Math.max(1, Math.floor(options.sizeMax / 2))
    this.#keyLengthMax = options.keyLengthMax
  }

  /** Returns the value of a key, if it is held. */
  peek(key: string): Value | undefined {
    const recent = this.#recent.get(key)
    if (recent !== undefined) return recent
    const older = this.#older.get(key)
    if (older !== undefined) this.set(key, older)
    return older
  }

  /** Keeps a value. What has a very long key is large itself and hardly asked for again: it is not kept. */
  set(key: string, value: Value): void {
    if (key.length > this.#keyLengthMax) return
    if (this.#recent.size >= this.#generationSize) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(key, value)
  }

  /** Returns the value of a key, making it when it is not held. */
  get(key: string, make: (key: string) => Value): Value {
    const held = this.peek(key)
    if (held !== undefined) return held
    const value = make(key)
    this.set(key, value)
    return value
  }

  /** Gives the value of a key out of the cache, if it is held. */
  take(key: string): Value | undefined {
    const held = this.#recent.get(key) ?? this.#older.get(key)
    this.#recent.delete(key)
    this.#older.delete(key)
    return held
  }

  clear(): void {
    this.#recent = new Map()
    this.#older = new Map()
  }
}
