/** The first primes. */
function primes(count: number): bigint[] {
  const found: bigint[] = []
  for (let candidate = 2n; found.length < count; candidate++)
    if (!found.some((prime) => candidate % prime === 0n)) found.push(candidate)
  return found
}

/** The whole part of a root, by bisection. */
function root(value: bigint, degree: bigint): bigint {
  let [low, high] = [0n, 1n << 80n]
  while (high - low > 1n) {
    const middle = (low + high) >> 1n
    if (middle ** degree <= value) low = middle
    else high = middle
  }
  return low
}

/** The first 64 bits behind the point. */
function fraction(prime: bigint, degree: bigint): bigint {
  return BigInt.asUintN(64, root(prime << (64n * degree), degree))
}

/** FIPS 180-4: what SHA-2 begins with and adds are roots of primes; those of SHA-256 are the upper halves. */
export const shaConstants = {
  rounds: primes(80).map((prime) => fraction(prime, 3n)),
  start512: primes(8).map((prime) => fraction(prime, 2n)),
  start384: primes(16)
    .slice(8)
    .map((prime) => fraction(prime, 2n)),
} as const

/** The upper halves, as 32-bit words. */
export function upperHalves(values: readonly bigint[]): number[] {
  return values.map((value) => Number(value >> 32n))
}
