/** Frames as guest-abi.ts describes them; used on both sides, so that text is encoded by whatever the side has. */

export interface TextCodec {
  encode(text: string): Uint8Array
  decode(bytes: Uint8Array): string
}

export interface Frame {
  readonly header: unknown
  readonly body: Uint8Array
}

const lengthBytes = 4

/** Writes a header, as JSON, and a body as one frame. */
export function encodeFrame(codec: TextCodec, header: unknown, body?: Uint8Array): Uint8Array {
  const head = codec.encode(JSON.stringify(header))
  const frame = new Uint8Array(lengthBytes + head.length + (body?.length ?? 0))
  writeLength(frame, 0, head.length)
  frame.set(head, lengthBytes)
  if (body !== undefined) frame.set(body, lengthBytes + head.length)
  return frame
}

/** Where the header of a frame ends, and its body begins: beyond the end of a frame that was cut off. */
export function frameHeaderEnd(frame: Uint8Array): number {
  return lengthBytes + readLength(frame, 0)
}

/** Reads a frame; the body is a view into it. Throws a RangeError for what is no frame, and a SyntaxError for what is no JSON. */
export function decodeFrame(codec: TextCodec, frame: Uint8Array): Frame {
  const end = frameHeaderEnd(frame)
  if (end > frame.length) throw new RangeError("The header of a frame is longer than the frame.")
  const header: unknown = JSON.parse(codec.decode(frame.subarray(lengthBytes, end)))
  return { header, body: frame.subarray(end) }
}

/** Writes frames one after the other, each with its length before it. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array {
  const total = frames.reduce((sum, frame) => sum + lengthBytes + frame.length, 0)
  const joined = new Uint8Array(total)
  let at = 0
  for (const frame of frames) {
    writeLength(joined, at, frame.length)
    joined.set(frame, at + lengthBytes)
    at += lengthBytes + frame.length
  }
  return joined
}

/** Undoes joinFrames; the frames are views. Throws a RangeError for bytes that end within a frame. */
export function splitFrames(joined: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = []
  let at = 0
  while (at < joined.length) {
    const start = at + lengthBytes
    at = start + readLength(joined, at)
    if (at > joined.length) throw new RangeError("A frame is longer than what came.")
    frames.push(joined.subarray(start, at))
  }
  return frames
}

function writeLength(bytes: Uint8Array, at: number, length: number): void {
  bytes[at] = length & 0xff
  bytes[at + 1] = (length >>> 8) & 0xff
  bytes[at + 2] = (length >>> 16) & 0xff
  bytes[at + 3] = length >>> 24
}

function readLength(bytes: Uint8Array, at: number): number {
  if (at + lengthBytes > bytes.length) throw new RangeError("A frame is shorter than the length before it.")
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}
