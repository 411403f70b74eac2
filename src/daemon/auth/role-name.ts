/** What a role may be named. Rules compare it letter by letter. */
const roleName = /^[a-z][a-z0-9_.:-]{0,62}$/i

/** What is said of a role that is none. */
export const roleRule = "a name of at most 63 letters, digits and . _ : -, beginning with a letter"

/** True for what may be the role of an account or a key. */
export function isRoleName(value: unknown): value is string {
  return typeof value === "string" && roleName.test(value)
}
