import type { Config } from "../../../project/options.ts"

/** What new passwords have to have: `auth.password`. */
export type PasswordPolicy = Config["auth"]["password"]

/** A longer one is refused before anything is computed. */
export const passwordBytesMax = 1_024

/** One thing that a password lacks, as the records API tells what is wrong with a field. */
export interface PasswordProblem {
  readonly code: "WRONG_TYPE" | "TOO_SHORT" | "TOO_LONG" | "NEEDS_UPPERCASE" | "NEEDS_NUMBER" | "NEEDS_SPECIAL"
  readonly message: string
}

/** Everything that a new password lacks by `auth.password`; empty when it will do. The message never repeats it. */
export function passwordProblems(name: string, password: unknown, policy: PasswordPolicy): readonly PasswordProblem[] {
  if (typeof password !== "string") return [{ code: "WRONG_TYPE", message: `${name} must be a string.` }]
  if (isTooLong(password)) {
    return [{ code: "TOO_LONG", message: `${name} must have at most ${passwordBytesMax} bytes.` }]
  }
  const problems: PasswordProblem[] = []
  const text = password.normalize("NFC")
  if (Array.from(text).length < policy.minLength) {
    problems.push({ code: "TOO_SHORT", message: `${name} must have at least ${policy.minLength} characters.` })
  }
  if (policy.requireUppercase && !/\p{Lu}/u.test(text)) {
    problems.push({ code: "NEEDS_UPPERCASE", message: `${name} must have a capital letter.` })
  }
  if (policy.requireNumber && !/\p{Nd}/u.test(text)) {
    problems.push({ code: "NEEDS_NUMBER", message: `${name} must have a digit.` })
  }
  if (policy.requireSpecial && !/[^\p{L}\p{M}\p{N}\s]/u.test(text)) {
    problems.push({
      code: "NEEDS_SPECIAL",
      message: `${name} must have a character that is neither a letter nor a digit.`,
    })
  }
  return problems
}

/** The policy in a sentence, for whoever is about to choose a password. */
export function passwordPolicyText(policy: PasswordPolicy): string {
  const parts = [
    ...(policy.requireUppercase ? ["a capital letter"] : []),
    ...(policy.requireNumber ? ["a digit"] : []),
    ...(policy.requireSpecial ? ["a character that is neither a letter nor a digit"] : []),
  ]
  const length = `At least ${policy.minLength} characters`
  return parts.length === 0 ? `${length}.` : `${length}, with ${parts.join(", ")}.`
}

/** Whether a password is longer than any that we keep. */
export function isTooLong(password: string): boolean {
  return password.length > passwordBytesMax || Buffer.byteLength(password) > passwordBytesMax
}
