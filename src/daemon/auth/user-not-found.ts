import { alyxError } from "../../errors.ts"

/** Says that there is no such account, to those who may know. */
export function userNotFound(): Error {
  return alyxError("USER_NOT_FOUND")
}
