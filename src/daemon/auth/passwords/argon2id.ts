import { argon2, randomBytes, timingSafeEqual } from "node:crypto"

/** What a hash costs. */
export interface Argon2Cost {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** A hash with everything that is needed to make it again. */
export interface Argon2Hash extends Argon2Cost {
  readonly salt: Buffer
  readonly tag: Buffer
}

/** What OWASP asks for: 19 MiB, two passes, one lane; about 22 ms of a core. */
export const argon2Cost: Argon2Cost = { memoryKib: 19_456, passes: 2, lanes: 1 }

const saltBytes = 16
const tagBytes = 32

/** A stored hash that would take more than this is not computed: somebody else wrote it. */
const memoryKibMax = 262_144
const passesMax = 16
/** The product, in KiB: about a second of a core. */
const workMax = 1_048_576
const lanesMax = 16

const phcPattern =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/

/** Makes a new hash of a password. */
export async function argon2idOf(password: string, cost: Argon2Cost = argon2Cost): Promise<Argon2Hash> {
  const salt = randomBytes(saltBytes)
  return { ...cost, salt, tag: await tagOf(password, { ...cost, salt }, tagBytes) }
}

/** Whether a password has this hash. It costs what the hash says, whatever the password. */
export async function isArgon2idOf(password: string, hash: Argon2Hash): Promise<boolean> {
  return timingSafeEqual(await tagOf(password, hash, hash.tag.length), hash.tag)
}

/** A hash of today's cost that no password has. */
export function argon2idOfNothing(): Argon2Hash {
  return { ...argon2Cost, salt: randomBytes(saltBytes), tag: randomBytes(tagBytes) }
}

/** Writes a hash as a PHC string: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>`. */
export function formatPhc({ memoryKib, passes, lanes, salt, tag }: Argon2Hash): string {
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(tag)}`
}

/** Reads a PHC string; null when it is none of argon2id version 19, or costs more than may be spent. */
export function parsePhc(text: string): Argon2Hash | null {
  const [, memory, passes, lanes, salt = "", tag = ""] = phcPattern.exec(text) ?? []
  if (memory === undefined) return null
  const hash = {
    memoryKib: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  }
  const isSound =
    hash.lanes >= 1 &&
    hash.lanes <= lanesMax &&
    hash.passes >= 1 &&
    hash.passes <= passesMax &&
    hash.memoryKib >= 8 * hash.lanes &&
    hash.memoryKib <= memoryKibMax &&
    hash.memoryKib * hash.passes <= workMax
  return isSound ? hash : null
}

/** Whether a hash was made at another cost than today's. */
export function isOutdated({ memoryKib, passes, lanes }: Argon2Hash): boolean {
  return memoryKib !== argon2Cost.memoryKib || passes !== argon2Cost.passes || lanes !== argon2Cost.lanes
}

/** In the thread pool: the event loop goes on. */
function tagOf(password: string, hash: Omit<Argon2Hash, "tag">, tagLength: number): Promise<Buffer> {
  const parameters = {
    message: password.normalize("NFC"),
    nonce: hash.salt,
    memory: hash.memoryKib,
    passes: hash.passes,
    parallelism: hash.lanes,
    tagLength,
  }
  return new Promise((resolve, reject) => {
    argon2("argon2id", parameters, (error, tag) => (error ? reject(error) : resolve(tag)))
  })
}

/** PHC strings have base64 without the padding. */
function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "")
}
