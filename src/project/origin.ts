import type { SourceLocation } from "../lib/source-location.ts"

/** Where the value of an option came from. Never holds the value. */
export type Origin =
  | { readonly kind: "flag"; readonly flag: string }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "dotenv"; readonly variable: string; readonly at: SourceLocation }
  | { readonly kind: "file"; readonly at: SourceLocation }
  | { readonly kind: "default" }

/** Says an origin in a few words: "ALYX_SERVER_PORT in .env:3". */
export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case "flag":
      return `--${origin.flag}`
    case "environment":
      return origin.variable
    case "dotenv":
      return `${origin.variable} in ${origin.at.file}:${origin.at.line}`
    case "file":
      return `${origin.at.file}:${origin.at.line}`
    case "default":
      return "default"
  }
}
