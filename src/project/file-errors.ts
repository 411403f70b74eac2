import { alyxError, isAlyxError } from "../errors.ts"

/** What the system says of a file that cannot be written, as the end of a sentence. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "your share of the disk is used up",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "a part of the path is no folder",
  EISDIR: "it is a folder",
  ELOOP: "a part of the path is a link that leads to itself",
  ENAMETOOLONG: "the path is too long",
}

/** Says why a file or folder cannot be written; what is no error of the system comes back as it is. */
export function unwritable(path: string, cause: unknown, next: string): Error {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : null
  if (code === null) return cause instanceof Error ? cause : new Error(String(cause))
  const reason = code === "ENOENT" ? "no folder can be made there" : (reasons[code] ?? code)
  return alyxError("FILE_UNWRITABLE", { message: `${path} cannot be written: ${reason}.`, next, cause })
}

/**
 * Turns what the file system refuses into the error that says so, by the path that the system names; anything else
 * comes back as it is, since it is a bug.
 */
export function explainFileError(error: unknown): unknown {
  if (isAlyxError(error) || !(error instanceof Error)) return error
  const { code = "", path, address } = error as NodeJS.ErrnoException & { readonly address?: unknown }
  // A socket in a folder has an address, not a path.
  const place = path ?? address
  if (!Object.hasOwn(reasons, code) || typeof place !== "string") return error
  return unwritable(place, error, "Give this user the right and the room to write there, then start again.")
}
