import type { Collection } from "../schema/schema.ts"
import { RuleFrame } from "./frame.ts"
import type { Narrowed, RowCondition, RuleAuth, RuleContext, RuleMentions } from "./rules.ts"
import type { NarrowPart, SqlPiece } from "./sql-piece.ts"
import { aliasMark } from "./sql-piece.ts"
import type { RuleNode } from "./syntax.ts"
import { narrowedPiece, translateCondition, Untranslatable } from "./to-sql.ts"

/** How a read rule becomes a condition. */
export interface Narrowing {
  readonly narrow: (context: RuleContext) => Narrowed
}

/** Translates a read rule, or returns the part that SQL cannot say. */
export function narrowingOf(
  rule: RuleNode,
  collection: Collection,
  mentions: RuleMentions,
): Narrowing | Untranslatable {
  const part = translateCondition(rule, { collection, elements: [], operands: [] })
  if (part instanceof Untranslatable) return part
  return { narrow: mentions.request.length === 0 ? keptByAuth(part) : (context) => fillIn(part, context) }
}

/** A rule that asks nothing of the request comes out alike for all requests of a session, whose `auth` is one object. */
function keptByAuth(part: NarrowPart): Narrowing["narrow"] {
  const known = new WeakMap<RuleAuth, Narrowed>()
  return (context) => {
    const kept = known.get(context.auth)
    if (kept !== undefined) return kept
    const narrowed = fillIn(part, context)
    known.set(context.auth, narrowed)
    return narrowed
  }
}

function fillIn(part: NarrowPart, context: RuleContext): Narrowed {
  const piece = narrowedPiece(part(new RuleFrame(context, null)))
  return typeof piece === "string" ? piece : rowCondition(piece)
}

function rowCondition({ sql, values, equalities, alternatives, fields }: SqlPiece): RowCondition {
  return {
    shape: sql.replaceAll(aliasMark, "doc"),
    values,
    sql: (alias) => sql.replaceAll(aliasMark, () => alias),
    equalities,
    alternatives,
    fields: [...new Set(fields)],
  }
}
