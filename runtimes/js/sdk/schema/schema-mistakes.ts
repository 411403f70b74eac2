/** What is wrong with how a schema is written, one sentence a line. */
export class SchemaMistakes extends TypeError {
  readonly sentences: readonly string[]

  constructor(sentences: readonly string[]) {
    super(sentences.join("\n"))
    this.sentences = sentences
    Object.defineProperty(this, "name", { value: "TypeError" })
  }
}

/** Does something for each item, and throws the mistakes of all of them at once. */
export function eachOrMistakes<Item, Result>(items: readonly Item[], make: (item: Item) => Result): Result[] {
  const sentences: string[] = []
  const results = items.flatMap((item) => {
    try {
      return [make(item)]
    } catch (error) {
      if (!(error instanceof SchemaMistakes)) throw error
      sentences.push(...error.sentences)
      return []
    }
  })
  if (sentences.length > 0) throw new SchemaMistakes(sentences)
  return results
}
