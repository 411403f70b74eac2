/**
 * How much of a long proof to run: 1 in `npm run test:long`, 0.05 in `npm test`. Counts are scaled and never fall
 * below what still proves something.
 */
export function scaled(full: number, least: number): number {
  const scale = Number(process.env["ALYX_TEST_SCALE"] ?? "0.05")
  return Math.max(least, Math.round(full * scale))
}

/** The seed of everything random in this run; printed by the tests that use it, set by ALYX_TEST_SEED. */
export function testSeed(): number {
  return Number(process.env["ALYX_TEST_SEED"] ?? Date.now() % 2_147_483_647)
}
