import { alyxError } from "../../errors.ts"

/** How many secrets a project keeps; all are in memory. */
export const secretCountMax = 1_000

/** A certificate with its key fits. */
const valueBytesMax = 64 * 1024

/** How many values that were replaced or removed are still hidden, the newest; the others are forgotten. */
export const formerValuesMax = 100

const nameRegExp = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

/** Refuses what is no name of a secret: letters, digits and `_`, as for variables of the environment. */
export function requireSecretName(name: string): void {
  if (nameRegExp.test(name)) return
  throw alyxError("VALIDATION_ERROR", {
    message: "The name of a secret has letters, digits and _, at most 128, and begins with no digit.",
    next: "Name it as variables of the environment are named, such as STRIPE_KEY.",
  })
}

/** Refuses values that are empty or too long. */
export function requireSecretValue(value: string): void {
  const bytes = Buffer.byteLength(value)
  if (bytes > 0 && bytes <= valueBytesMax) return
  throw alyxError("VALIDATION_ERROR", {
    message:
      bytes === 0 ? "The value is empty." : `The value has ${bytes} bytes; a secret has at most ${valueBytesMax}.`,
    next:
      bytes === 0
        ? "alyx secrets remove takes a secret away."
        : "Put the file into the function's folder, if it is no secret.",
  })
}
