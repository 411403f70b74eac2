import type { TextCodec } from "../../../functions/frames.ts"

/** Node's coding of texts, for frames. */
export const nodeCodec: TextCodec = {
  encode: (text) => Buffer.from(text, "utf8"),
  decode: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"),
}
