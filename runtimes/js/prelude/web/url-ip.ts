/** An IPv4 address as numbers separated by dots, in any base, with the last one filling what is left; null where it is none. */
export function parseIpv4(input: string): string | null {
  const parts = input.split(".")
  if (parts.at(-1) === "" && parts.length > 1) parts.pop()
  if (parts.length > 4) return null
  const numbers = parts.map(parseNumber)
  const last = numbers.pop()
  if (last === undefined || last === null || last >= 256 ** (4 - numbers.length)) return null
  let address = last
  for (const [at, number] of numbers.entries()) {
    if (number === null || number > 255) return null
    address += number * 256 ** (3 - at)
  }
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".")
}

function parseNumber(part: string): number | null {
  if (part === "") return null
  if (/^0[xX]/.test(part))
    return /^0[xX][0-9a-fA-F]*$/.test(part) ? (part.length === 2 ? 0 : Number.parseInt(part, 16)) : null
  if (part.length > 1 && part.startsWith("0")) return /^[0-7]+$/.test(part) ? Number.parseInt(part, 8) : null
  return /^[0-9]+$/.test(part) ? Number(part) : null
}

/** An IPv6 address in its shortest form; null where it is none. */
export function parseIpv6(input: string): string | null {
  const halves = input.split("::")
  if (halves.length > 2) return null
  const [left, right] = halves.map((half) => (half === "" ? [] : half.split(":")))
  const ends = right ?? left ?? []
  const dotted = ends.at(-1)
  if (dotted?.includes(".") === true) {
    const pair = dottedPair(dotted)
    if (pair === null) return null
    ends.splice(-1, 1, ...pair)
  }
  const count = (left?.length ?? 0) + (right?.length ?? 0)
  if (right === undefined ? count !== 8 : count > 7) return null
  const pieces = [...(left ?? []), ...Array.from({ length: 8 - count }, () => "0"), ...(right ?? [])]
  if (pieces.some((piece) => !/^[0-9a-fA-F]{1,4}$/.test(piece))) return null
  return shorten(pieces.map((piece) => Number.parseInt(piece, 16)))
}

function dottedPair(dotted: string): [string, string] | null {
  const bytes = dotted.split(".")
  if (bytes.length !== 4 || bytes.some((byte) => !/^(?:0|[1-9][0-9]{0,2})$/.test(byte) || Number(byte) > 255))
    return null
  const [a, b, c, d] = bytes.map(Number) as [number, number, number, number]
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)]
}

/** The longest run of zeros, two at least, becomes `::`. */
function shorten(pieces: readonly number[]): string {
  let best = { start: -1, length: 1 }
  for (let start = 0; start < 8; start++) {
    let end = start
    while (end < 8 && pieces[end] === 0) end++
    if (end - start > best.length) best = { start, length: end - start }
  }
  const hex = pieces.map((piece) => piece.toString(16))
  if (best.start === -1) return hex.join(":")
  return `${hex.slice(0, best.start).join(":")}::${hex.slice(best.start + best.length).join(":")}`
}
