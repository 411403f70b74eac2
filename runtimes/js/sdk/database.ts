import { CollectionHandle } from "./collection-handle.ts"
import type { DatabaseScope } from "./database-scope.ts"
import { requireShallow } from "./nesting.ts"
import { RawValue } from "./raw-value.ts"
import { runTransaction } from "./transaction.ts"

/** What `ctx.db` has besides a member for each collection; a collection of the same name is `db.collection(name)`. */
interface DatabaseMethods {
  collection(name: string): CollectionHandle
  raw(expression: string): RawValue
  query(sql: string, params?: readonly unknown[]): Promise<unknown>
  exec(sql: string, params?: readonly unknown[]): Promise<unknown>
  transaction(work: (tx: Database) => unknown, options?: { readonly timeout?: number | string }): Promise<unknown>
}

export type Database = DatabaseMethods & { readonly [collection: string]: CollectionHandle }

/** `ctx.db` and `ctx.alyx.collections`, whose members are the same objects. */
export interface Databases {
  readonly db: Database
  readonly collections: { readonly [collection: string]: CollectionHandle }
}

/** Makes the objects through which a function sees the database. */
export function makeDatabases(scope: DatabaseScope): Databases {
  const handles = new Map<string, CollectionHandle>()
  const collection = (name: string): CollectionHandle => {
    const handle = handles.get(name) ?? new CollectionHandle(scope, name)
    handles.set(name, handle)
    return handle
  }
  const methods = databaseMethods(scope, collection)
  return {
    db: new Proxy<Database>({} as Database, membersOf(scope, collection, methods)),
    collections: new Proxy<Databases["collections"]>({}, membersOf(scope, collection, {})),
  }
}

function databaseMethods(scope: DatabaseScope, collection: DatabaseMethods["collection"]): DatabaseMethods {
  return {
    collection,
    raw: (expression) => new RawValue(expression),
    query: async (sql, params = []) => {
      requireSql(scope, { mode: "query", sql, params })
      return scope.ask({ op: "sql", mode: "query", sql, params })
    },
    exec: async (sql, params = []) => {
      requireSql(scope, { mode: "exec", sql, params })
      return scope.ask({ op: "sql", mode: "exec", sql, params })
    },
    transaction: async (work, options) =>
      runTransaction(scope, { ...options }, (inside) => work(makeDatabases(inside).db)),
  }
}

function requireSql(
  scope: DatabaseScope,
  { mode, sql, params }: { readonly mode: string; readonly sql: unknown; readonly params: unknown },
): void {
  scope.requirePrivileged(`ctx.db.${mode}()`)
  requireShallow(params, `What ctx.db.${mode}() is given`)
  if (typeof sql !== "string") throw new TypeError(`ctx.db.${mode}() needs SQL as text, and was given ${typeof sql}.`)
}

/** Names that the language and its tools ask every object for; they are no collections unless the schema says so. */
const askedOfEverything: ReadonlySet<string> = new Set([
  "then",
  "catch",
  "finally",
  "toJSON",
  "constructor",
  "toString",
  "valueOf",
  "inspect",
  "length",
  "name",
  "prototype",
  "$$typeof",
  "nodeType",
  "__proto__",
  "__esModule",
  "default",
])

function membersOf(
  scope: DatabaseScope,
  collection: DatabaseMethods["collection"],
  methods: Partial<DatabaseMethods>,
): ProxyHandler<never> {
  const isKnown = (name: string): boolean => scope.collections?.includes(name) ?? false
  return {
    get(_, name) {
      if (typeof name === "symbol") return undefined
      if (Object.hasOwn(methods, name)) return methods[name as keyof DatabaseMethods]
      // A name that there is not gives a collection that says so when it is used.
      return askedOfEverything.has(name) && !isKnown(name) ? undefined : collection(name)
    },
    has: (_, name) => typeof name === "string" && (Object.hasOwn(methods, name) || isKnown(name)),
    ownKeys: () => [...(scope.collections ?? [])],
    getOwnPropertyDescriptor: (_, name) =>
      typeof name === "string" && isKnown(name)
        ? { value: collection(name), enumerable: true, configurable: true, writable: false }
        : undefined,
    set: (_, name) => {
      throw new TypeError(`ctx.db.${String(name)} cannot be set; write documents with create and update.`)
    },
  }
}
