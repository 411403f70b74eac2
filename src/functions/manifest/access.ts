import type { SourceLocation } from "../../lib/source-location.ts"
import { placeInScalar } from "../../lib/yaml-scalar-place.ts"
import { compileAccessRule } from "../../rules/access-rule.ts"
import type { CompiledRule } from "../../rules/rules.ts"
import type { ShapeReader } from "./read-shape.ts"

/** Compiles the rule of `access`; null when it is wrong, which has been reported at the part that is. */
export function readAccess(
  expression: string,
  at: SourceLocation,
  { text, reader }: { readonly text: string; readonly reader: ShapeReader },
): CompiledRule | null {
  const { rule, problems } = compileAccessRule({ expression, at })
  for (const { code, message, next, start, end } of problems) {
    reader.report(code, message, placeInScalar(text, at, expression, { start, end }), adviceFor(next))
  }
  return rule
}

/** Rules of collections speak of a document, which a call has not. */
function adviceFor<Advice extends string | undefined>(next: Advice): Advice | string {
  return next !== undefined && /\bdoc\./.test(next)
    ? 'Ask who calls and how, in CEL: auth.role == "admin", auth.id != null, request.method == "GET".'
    : next
}
