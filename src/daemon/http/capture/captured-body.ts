/** So much of a body is kept. */
export const keptBytesMax = 16 * 1024

/** The beginning of a body, and how long the whole was. It holds on to nothing of the whole. */
export interface CapturedBody {
  /** Null when there was none, or when it went out as a stream. */
  readonly kept: string | Buffer | null
  readonly bodyBytes: number
}

export const noBody: CapturedBody = { kept: null, bodyBytes: 0 }

/** Copies the beginning of what is received or answered. */
export function captureBody(body: unknown): CapturedBody {
  if (typeof body === "string") return body === "" ? noBody : captureText(body)
  if (!(body instanceof Uint8Array) || body.length === 0) return noBody
  // What a socket received shares its memory with what came before and after.
  const kept = Buffer.allocUnsafeSlow(Math.min(body.length, keptBytesMax))
  kept.set(body.subarray(0, kept.length))
  return { kept, bodyBytes: body.length }
}

function captureText(text: string): CapturedBody {
  const bodyBytes = Buffer.byteLength(text)
  if (bodyBytes <= keptBytesMax) return { kept: text, bodyBytes }
  // A slice of a string would keep all of it in memory.
  const kept = Buffer.allocUnsafeSlow(keptBytesMax)
  return { kept: kept.subarray(0, kept.write(text)), bodyBytes }
}

/** The kept part as text, without a character that is cut in two; null when it is no text. */
export function bodyText({ kept, bodyBytes }: CapturedBody): string | null {
  if (kept === null || typeof kept === "string") return kept
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(kept, { stream: kept.length < bodyBytes })
    return text.includes("\0") ? null : text
  } catch {
    return null
  }
}
