import { alyxError } from "../../errors.ts"
import type { AuthParts } from "./auth.ts"
import { passwordProblems } from "./passwords/password-policy.ts"

/** Takes a password that somebody chose; throws VALIDATION_ERROR with everything that it lacks, under the name. */
export function requireGoodPassword(
  { config }: Pick<AuthParts, "config">,
  { name, password }: { readonly name: string; readonly password: unknown },
): string {
  const problems = passwordProblems(name, password, config().auth.password)
  if (problems.length === 0 && typeof password === "string") return password
  throw alyxError("VALIDATION_ERROR", {
    message:
      problems.length === 1
        ? problems[0]!.message
        : `The password has ${problems.length} problems; the first: ${problems[0]!.message}`,
    details: { fields: { [name]: problems } },
  })
}
