/**
 * Tells whether a proof that needs something of the machine can run. Under CI it must; elsewhere it is left out with
 * one visible line that says why.
 */
export function canRun(found: boolean, needs: string): boolean {
  if (found || process.env["CI"] !== undefined) return true
  process.stdout.write(`left out: ${needs}\n`)
  return false
}
