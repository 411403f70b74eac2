/** Punycode, RFC 3492, with the parameters of IDNA. */
const parameters = { base: 36, tMin: 1, tMax: 26, skew: 38, damp: 700, bias: 72, first: 128 } as const

function adapt(delta: number, count: number, isFirst: boolean): number {
  const { base, tMin, tMax, skew, damp } = parameters
  let rest = isFirst ? Math.floor(delta / damp) : delta >> 1
  rest += Math.floor(rest / count)
  let k = 0
  for (; rest > ((base - tMin) * tMax) >> 1; k += base) rest = Math.floor(rest / (base - tMin))
  return k + Math.floor(((base - tMin + 1) * rest) / (rest + skew))
}

function threshold(k: number, bias: number): number {
  return Math.min(Math.max(k - bias, parameters.tMin), parameters.tMax)
}

const digits = "abcdefghijklmnopqrstuvwxyz0123456789"

/** What follows `xn--` for a label. */
export function encodePunycode(label: string): string {
  const codes = Array.from(label, (character) => character.codePointAt(0) ?? 0)
  const basic = codes.filter((code) => code < parameters.first)
  let output = String.fromCodePoint(...basic) + (basic.length > 0 ? "-" : "")
  let [n, delta, bias, handled] = [parameters.first as number, 0, parameters.bias as number, basic.length]
  while (handled < codes.length) {
    const next = Math.min(...codes.filter((code) => code >= n))
    delta += (next - n) * (handled + 1)
    n = next
    for (const code of codes) {
      if (code < n) delta++
      if (code !== n) continue
      let q = delta
      for (let k: number = parameters.base; ; k += parameters.base) {
        const t = threshold(k, bias)
        if (q < t) break
        output += digits[t + ((q - t) % (parameters.base - t))]
        q = Math.floor((q - t) / (parameters.base - t))
      }
      output += digits[q]
      bias = adapt(delta, handled + 1, handled === basic.length)
      delta = 0
      handled++
    }
    delta++
    n++
  }
  return output
}

/** The label that stands after `xn--`; null where it is not Punycode. */
export function decodePunycode(text: string): string | null {
  const split = text.lastIndexOf("-")
  const codes = Array.from(split > 0 ? text.slice(0, split) : "", (character) => character.charCodeAt(0))
  let [n, index, bias] = [parameters.first as number, 0, parameters.bias as number]
  let at = split > 0 ? split + 1 : 0
  while (at < text.length) {
    const before = index
    for (let [w, k] = [1, parameters.base as number]; ; k += parameters.base) {
      const digit = digits.indexOf((text[at++] ?? " ").toLowerCase())
      if (digit === -1) return null
      index += digit * w
      const t = threshold(k, bias)
      if (digit < t) break
      w *= parameters.base - t
      if (w > 0x7fffffff || index > 0x7fffffff) return null
    }
    bias = adapt(index - before, codes.length + 1, before === 0)
    n += Math.floor(index / (codes.length + 1))
    index %= codes.length + 1
    if (n > 0x10ffff || (n >= 0xd800 && n <= 0xdfff)) return null
    codes.splice(index++, 0, n)
  }
  return String.fromCodePoint(...codes)
}
