import type { DatabaseOperation, DocumentOptions, ListOptions } from "../../../src/functions/guest-abi.ts"
import type { DatabaseScope } from "./database-scope.ts"
import { requireShallow } from "./nesting.ts"
import { promised } from "./promised.ts"
import { requireNoForgedRaw } from "./raw-value.ts"
import { requireManyFilter, requireSetConditions } from "./required-filter.ts"

type Key = string | number

/** What an operation on a collection says besides who asks. */
type Asked = DatabaseOperation extends infer Operation
  ? Operation extends unknown
    ? Omit<Operation, "op" | "collection" | "asAdmin" | "tx">
    : never
  : never

/** `ctx.db.posts`: the documents of one collection. */
export class CollectionHandle {
  readonly #scope: DatabaseScope
  readonly #name: string

  constructor(scope: DatabaseScope, name: string) {
    this.#scope = scope
    this.#name = name
  }

  /** Rejects with DOCUMENT_NOT_FOUND where there is none that the caller may read. */
  get(key: Key, options?: DocumentOptions): Promise<unknown> {
    return promised(() => {
      requireKey(key, `${this.#name}.get`)
      return this.#ask({ action: "get", key, ...(options !== undefined && { options }) })
    })
  }

  list(options?: ListOptions): Promise<unknown> {
    return promised(() => {
      requireSetConditions(options?.filter, `${this.#name}.list`)
      return this.#ask({ action: "list", ...(options !== undefined && { options }) })
    })
  }

  /** Null where none matches. */
  first(options?: ListOptions): Promise<unknown> {
    return promised(() => {
      requireSetConditions(options?.filter, `${this.#name}.first`)
      return this.#ask({ action: "first", ...(options !== undefined && { options }) })
    })
  }

  count(options?: Pick<ListOptions, "filter">): Promise<unknown> {
    return promised(() => {
      requireSetConditions(options?.filter, `${this.#name}.count`)
      return this.#ask({ action: "count", ...(options !== undefined && { options }) })
    })
  }

  create(data: unknown): Promise<unknown> {
    return promised(() => {
      requireData(data, `${this.#name}.create`)
      return this.#ask({ action: "create", data })
    })
  }

  update(key: Key, data: unknown, options?: { readonly ifMatch?: string }): Promise<unknown> {
    return promised(() => {
      requireKey(key, `${this.#name}.update`)
      requireData(data, `${this.#name}.update`)
      return this.#ask({ action: "update", key, data, ...ifMatchOf(options) })
    })
  }

  async delete(key: Key, options?: { readonly ifMatch?: string }): Promise<void> {
    requireKey(key, `${this.#name}.delete`)
    await this.#ask({ action: "delete", key, ...ifMatchOf(options) })
  }

  updateMany(filter: unknown, data: unknown): Promise<unknown> {
    return promised(() => {
      requireManyFilter(filter, `${this.#name}.updateMany`)
      requireData(data, `${this.#name}.updateMany`)
      return this.#ask({ action: "updateMany", filter, data })
    })
  }

  deleteMany(filter: unknown): Promise<unknown> {
    return promised(() => {
      requireManyFilter(filter, `${this.#name}.deleteMany`)
      return this.#ask({ action: "deleteMany", filter })
    })
  }

  #ask(asked: Asked): Promise<unknown> {
    const name = this.#name
    this.#scope.requireCollection(name)
    if (asked.action !== "get" && asked.action !== "delete")
      requireShallow(asked, `What ${name}.${asked.action} is given`)
    if (asked.action === "create") requireNoForgedRaw(name, asked.data, "create")
    if (asked.action === "update" || asked.action === "updateMany") requireNoForgedRaw(name, asked.data, "update")
    return this.#scope.ask({ op: "db", collection: name, ...asked })
  }
}

function ifMatchOf(options: { readonly ifMatch?: string } | undefined): { readonly ifMatch?: string } {
  return options?.ifMatch === undefined ? {} : { ifMatch: options.ifMatch }
}

/** A key that is undefined would be dropped on the way, and say something else. */
function requireKey(key: unknown, where: string): void {
  if ((typeof key === "string" && key !== "") || typeof key === "number") return
  throw new TypeError(`${where} needs the primary key of a document first, and was given ${String(key)}.`)
}

function requireData(data: unknown, where: string): void {
  if (typeof data === "object" && data !== null && !Array.isArray(data)) return
  throw new TypeError(
    `${where} needs an object of fields, and was given ${Array.isArray(data) ? "a list" : String(data)}.`,
  )
}
