import type { AlyxError } from "../../errors.ts"
import { alyxError, isAlyxError } from "../../errors.ts"

/** How oclif ends a command early, by way of an exception. */
interface EarlyExit {
  readonly code: "EEXIT"
  readonly oclif?: { readonly exit?: number }
}

/** The exit code of oclif's way of ending early; undefined for an error. */
export function earlyExitCode(thrown: unknown): number | undefined {
  const exit = thrown as Partial<EarlyExit>
  return exit.code === "EEXIT" ? (exit.oclif?.exit ?? 0) : undefined
}

/** What is shown of something that was thrown: our own errors as they are, anything else as the bug that it is. */
export function shownError(thrown: unknown): AlyxError {
  if (isAlyxError(thrown)) return thrown
  return alyxError("INTERNAL", {
    message: `This is a bug in Alyx: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    next: "Run it again with DEBUG=1 to see where, and please report it.",
    cause: thrown,
  })
}

/** Where a bug was, for those who ask by DEBUG=1; empty for an expected error. */
export function bugStack(error: AlyxError, env: Readonly<Record<string, string | undefined>>): string {
  if (error.code !== "INTERNAL" || !env["DEBUG"]) return ""
  return error.cause instanceof Error ? `\n${error.cause.stack ?? ""}\n` : ""
}
