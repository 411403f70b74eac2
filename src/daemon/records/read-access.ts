import { hash } from "node:crypto"

import { valueKey } from "../../lib/value-key.ts"
import type { CollectionRules, CompiledReadRule, Narrowed, RowCondition, RuleContext } from "../../rules/rules.ts"
import type { Field } from "../../schema/schema.ts"
import type { ReadAccess, ReadAccessOf } from "./access.ts"
import { isInScope } from "./key-scope.ts"

/** What admins see. */
const everything: ReadAccess = Object.freeze({ key: "*", shape: "*", rows: "all", field: () => "all" as const })

/** What those see whom no rule lets read. There is no document whose fields could be asked for. */
const nothing: ReadAccess = Object.freeze({ key: "-", shape: "-", rows: "none", field: () => "all" as const })

/** Narrows the rules of a collection for a caller. */
export const readAccess: ReadAccessOf = (plan, caller) => {
  if (!isInScope(caller, plan.collection.name, "read")) return nothing
  if (caller.isAdmin) return everything
  const { rules, readAccesses } = plan
  if (rules.read === null || rules.read.constant === false) return nothing
  if (readAccesses === null) return narrowAccess(rules, caller, hidden)
  const known = readAccesses.get(caller.auth)
  if (known !== undefined) return known
  const access = narrowAccess(rules, caller, hidden)
  readAccesses.set(caller.auth, access)
  return access
}

/** Whether what may be read depends on the request and not on the account alone. */
export function readsRequest(rules: CollectionRules): boolean {
  return readRulesOf(rules).some(({ mentions }) => mentions.request.length > 0)
}

/** Every rule that decides what may be read. */
export function readRulesOf({ read, fields }: CollectionRules): CompiledReadRule[] {
  return [read, ...Array.from(fields.values(), (field) => field.read)].filter((rule) => rule !== null)
}

/** Narrows rules; what a rule comes to that is no SQL is for `judge` to say. */
export function narrowAccess(
  rules: CollectionRules,
  context: RuleContext,
  judge: (rule: CompiledReadRule, field: string | null) => Narrowed,
): ReadAccess {
  const narrow = (rule: CompiledReadRule, field: string | null): Narrowed => {
    if (rule.constant !== null) return rule.constant ? "all" : "none"
    return rule.isSql ? rule.narrow(context) : judge(rule, field)
  }
  const rows = rules.read === null ? "none" : narrow(rules.read, null)
  if (rows === "none") return nothing
  const fields = new Map<string, Narrowed>()
  for (const [name, { read }] of rules.fields) {
    const seen = read === null ? "all" : narrow(read, name)
    if (seen !== "all") fields.set(name, seen)
  }
  if (rows === "all" && fields.size === 0) return everything
  return new NarrowedAccess(rows, fields)
}

/** Where rows are not judged one by one, a rule that is no SQL lets nothing be seen. */
function hidden(_rule: CompiledReadRule, field: string | null): Narrowed {
  return field === null ? "none" : nowhere
}

/** A field that may be asked for, and is found in no document. */
const nowhere: RowCondition = { shape: "0", values: [], sql: () => "0", equalities: [], fields: [] }

/** What somebody sees where there are conditions. */
export class NarrowedAccess implements ReadAccess {
  readonly rows: Narrowed
  readonly #fields: ReadonlyMap<string, Narrowed>
  #key: string | undefined
  #shape: string | undefined

  /** Fields that are not named are always seen. */
  constructor(rows: Narrowed, fields: ReadonlyMap<string, Narrowed>) {
    this.rows = rows
    this.#fields = fields
  }

  field(field: Field): Narrowed {
    return this.#fields.get(field.name) ?? "all"
  }

  get shape(): string {
    this.#shape ??= short(this.#describe((narrowed) => (typeof narrowed === "string" ? narrowed : [narrowed.shape])))
    return this.#shape
  }

  get key(): string {
    this.#key ??= short(this.#describe(keyOf))
    return this.#key
  }

  #describe(part: (narrowed: Narrowed) => unknown): string {
    const fields = Array.from(this.#fields, ([name, narrowed]) => [name, part(narrowed)])
    return JSON.stringify([part(this.rows), ...fields])
  }
}

function keyOf(narrowed: Narrowed): unknown {
  if (typeof narrowed === "string") return narrowed
  return [narrowed.shape, narrowed.values.map(valueKey)]
}

/** Shapes are part of the names under which statements are kept; a long one would not be kept. */
function short(text: string): string {
  return text.length <= shortLengthMax ? text : hash("sha256", text, "base64url").slice(0, 24)
}

const shortLengthMax = 40
