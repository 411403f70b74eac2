type Method = (this: unknown, ...args: unknown[]) => unknown

/** The parts of a class of buffers that take the name of an encoding. */
interface BufferClass {
  readonly prototype: object
}

/** Where the name of an encoding may stand: anywhere but first, which is the text. */
const takingStatics = ["from", "byteLength"] as const
const takingMethods = ["write", "fill", "indexOf", "lastIndexOf", "includes"] as const

/** Adds Node's encoding base64url to a class that knows base64, and reads both of its alphabets as base64. */
export function addBase64Url(buffers: BufferClass): void {
  for (const name of takingStatics) wrap(buffers, name, asBase64)
  for (const name of takingMethods) wrap(buffers.prototype, name, asBase64)
  wrap(
    buffers,
    "isEncoding",
    (isEncoding): Method =>
      function isKnownEncoding(this: unknown, name) {
        return isBase64Url(name) || isEncoding.call(this, name)
      },
  )
  wrap(
    buffers.prototype,
    "toString",
    (toString): Method =>
      function toText(this: unknown, encoding, ...range) {
        if (!isBase64Url(encoding)) return toString.call(this, encoding, ...range)
        const text = toString.call(this, "base64", ...range) as string
        return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
      },
  )
}

function asBase64(method: Method): Method {
  return function withEncoding(this: unknown, text, ...rest) {
    return method.call(this, text, ...rest.map((one) => (isBase64Url(one) ? "base64" : one)))
  }
}

function isBase64Url(encoding: unknown): boolean {
  return typeof encoding === "string" && encoding.toLowerCase() === "base64url"
}

function wrap(owner: object, name: string, wrapping: (method: Method) => Method): void {
  const method = Reflect.get(owner, name) as Method
  const { enumerable = false } = Object.getOwnPropertyDescriptor(owner, name) ?? {}
  Object.defineProperty(owner, name, { value: wrapping(method), enumerable, configurable: true, writable: true })
}
