import { alyxError } from "../../errors.ts"

/** Parses an argument that is a whole number from 1 to a limit. The parser's own takes a mistyped one for a bug. */
export function parseCountTo(max: number): (input: string, context: unknown, options: unknown) => Promise<number> {
  return (input) => {
    const count = /^[0-9]{1,9}$/.test(input) ? Number(input) : 0
    if (count >= 1 && count <= max) return Promise.resolve(count)
    throw alyxError("USAGE", {
      message: `${JSON.stringify(input)} is not a whole number from 1 to ${max}.`,
      next: "Leave it out for 1.",
    })
  }
}
