/** One event of a stream; comments and retry lines are dropped. */
export interface ServerSentEvent {
  readonly id: string | undefined
  readonly data: string
}

/** A longer line is no event of ours; the stream is given up rather than kept in memory. */
const lineCharactersMax = 4 * 1024 * 1024

/** Reads text/event-stream. Only `id` and `data` matter here. */
export async function* readServerSentEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let id: string | undefined
  let data: string[] = []
  for await (const line of readLines(body)) {
    if (line === "") {
      if (data.length > 0) yield { id, data: data.join("\n") }
      data = []
      continue
    }
    const colon = line.indexOf(":")
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "")
    if (field === "data") data.push(value)
    else if (field === "id") id = value
  }
}

async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ""
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    const lines = rest.split(/\r\n|\n/)
    rest = lines.pop() ?? ""
    if (rest.length > lineCharactersMax) throw new Error("A line of the event stream is too long.")
    yield* lines
  }
}
