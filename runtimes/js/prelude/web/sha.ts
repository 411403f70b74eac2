import { shaConstants, upperHalves } from "./sha-constants.ts"

/** SHA-1 and SHA-2 in the guest, for hosts that compute nothing for it. Null for what is not there. */
export function digestHere(algorithm: string, bytes: Uint8Array): Uint8Array | null {
  switch (algorithm) {
    case "SHA-1":
      return sha1(pad(bytes, 64))
    case "SHA-256":
      return sha256(pad(bytes, 64))
    case "SHA-384":
      return sha512(pad(bytes, 128), shaConstants.start384).subarray(0, 48)
    case "SHA-512":
      return sha512(pad(bytes, 128), shaConstants.start512)
    default:
      return null
  }
}

/** A one, zeros, and the length in bits at the end of the last block. */
function pad(bytes: Uint8Array, blockBytes: 64 | 128): DataView {
  const length = Math.ceil((bytes.length + 1 + blockBytes / 8) / blockBytes) * blockBytes
  const padded = new Uint8Array(length)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n)
  return view
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function sha1(blocks: DataView): Uint8Array {
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
  const words = new Int32Array(80)
  for (let start = 0; start < blocks.byteLength; start += 64) {
    for (let at = 0; at < 16; at++) words[at] = blocks.getInt32(start + at * 4)
    for (let at = 16; at < 80; at++)
      words[at] = rotate(words[at - 3]! ^ words[at - 8]! ^ words[at - 14]! ^ words[at - 16]!, 1)
    let [a, b, c, d, e] = state as unknown as [number, number, number, number, number]
    for (let at = 0; at < 80; at++) {
      const [mixed, added] = mixSha1(at, b, c, d)
      const next = (rotate(a, 5) + mixed + e + added + words[at]!) | 0
      ;[e, d, c, b, a] = [d, c, rotate(b, 30), a, next]
    }
    for (const [at, value] of [a, b, c, d, e].entries()) state[at]! += value
  }
  return bigEndian(state)
}

function mixSha1(round: number, b: number, c: number, d: number): [mixed: number, added: number] {
  if (round < 20) return [(b & c) | (~b & d), 0x5a827999]
  if (round < 40) return [b ^ c ^ d, 0x6ed9eba1]
  return round < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc] : [b ^ c ^ d, 0xca62c1d6]
}

const rounds256 = upperHalves(shaConstants.rounds.slice(0, 64))

function sha256(blocks: DataView): Uint8Array {
  const state = Uint32Array.from(upperHalves(shaConstants.start512))
  const words = new Int32Array(64)
  for (let start = 0; start < blocks.byteLength; start += 64) {
    for (let at = 0; at < 16; at++) words[at] = blocks.getInt32(start + at * 4)
    for (let at = 16; at < 64; at++) {
      const [early, late] = [words[at - 15]!, words[at - 2]!]
      const s0 = rotate(early, 25) ^ rotate(early, 14) ^ (early >>> 3)
      const s1 = rotate(late, 15) ^ rotate(late, 13) ^ (late >>> 10)
      words[at] = words[at - 16]! + s0 + words[at - 7]! + s1
    }
    let [a, b, c, d, e, f, g, h] = [...state] as Eight<number>
    for (let at = 0; at < 64; at++) {
      const s1 = rotate(e, 26) ^ rotate(e, 21) ^ rotate(e, 7)
      const first = (h + s1 + ((e & f) ^ (~e & g)) + rounds256[at]! + words[at]!) | 0
      const s0 = rotate(a, 30) ^ rotate(a, 19) ^ rotate(a, 10)
      const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0]
    }
    for (const [at, value] of [a, b, c, d, e, f, g, h].entries()) state[at]! += value
  }
  return bigEndian(state)
}

type Eight<T> = [T, T, T, T, T, T, T, T]

function bigEndian(state: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(state.length * 4))
  for (const [at, word] of state.entries()) view.setUint32(at * 4, word)
  return new Uint8Array(view.buffer)
}

/** Rotates to the right. */
function rotate64(word: bigint, bits: bigint): bigint {
  return (word >> bits) | BigInt.asUintN(64, word << (64n - bits))
}

function sha512(blocks: DataView, begin: readonly bigint[]): Uint8Array {
  const state = BigUint64Array.from(begin)
  const words = new BigUint64Array(80)
  for (let start = 0; start < blocks.byteLength; start += 128) {
    for (let at = 0; at < 16; at++) words[at] = blocks.getBigUint64(start + at * 8)
    for (let at = 16; at < 80; at++) {
      const [early, late] = [words[at - 15]!, words[at - 2]!]
      const s0 = rotate64(early, 1n) ^ rotate64(early, 8n) ^ (early >> 7n)
      const s1 = rotate64(late, 19n) ^ rotate64(late, 61n) ^ (late >> 6n)
      words[at] = words[at - 16]! + s0 + words[at - 7]! + s1
    }
    let [a, b, c, d, e, f, g, h] = [...state] as Eight<bigint>
    for (let at = 0; at < 80; at++) {
      const s1 = rotate64(e, 14n) ^ rotate64(e, 18n) ^ rotate64(e, 41n)
      const first = h + s1 + ((e & f) ^ (~e & g)) + shaConstants.rounds[at]! + words[at]!
      const s0 = rotate64(a, 28n) ^ rotate64(a, 34n) ^ rotate64(a, 39n)
      const second = s0 + ((a & b) ^ (a & c) ^ (b & c))
      ;[h, g, f, e, d, c, b, a] = [g, f, e, BigInt.asUintN(64, d + first), c, b, a, BigInt.asUintN(64, first + second)]
    }
    for (const [at, value] of [a, b, c, d, e, f, g, h].entries()) state[at]! += value
  }
  const view = new DataView(new ArrayBuffer(64))
  for (const [at, word] of state.entries()) view.setBigUint64(at * 8, word)
  return new Uint8Array(view.buffer)
}
