/**
 * A whole text frame of a server (RFC 6455, 5.2) in one piece: the same bytes may go to any number of clients, each by a
 * single write.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headBytes = length <= shortMax ? 2 : length <= middleMax ? 4 : 10
  const frame = Buffer.allocUnsafe(headBytes + length)
  frame[0] = finalText
  if (headBytes === 2) frame[1] = length
  else if (headBytes === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, headBytes)
  return frame
}

/** The first byte of a frame that is the last one of a text. */
const finalText = 0x81

/** The longest payloads whose length stands in the second byte, and in two more bytes. */
const shortMax = 125
const middleMax = 65_535
