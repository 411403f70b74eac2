import { AsyncLocalStorage } from "node:async_hooks"

import type { CapturedStatement } from "../protocol/admin-api.ts"

/** A request with more of them, such as a large batch, shows the first. */
export const statementCountMax = 100

/** The statements of one piece of work. A write may be run a second time, and then only that run counts. */
export class StatementGroup {
  #statements: CapturedStatement[] = []

  get statements(): readonly CapturedStatement[] {
    return this.#statements
  }

  add(statement: CapturedStatement): void {
    if (this.#statements.length < statementCountMax) this.#statements.push(statement)
  }

  /** The work begins, perhaps once more. */
  restart(): void {
    this.#statements = []
  }
}

/** The SQL that one request ran, in order. Values are never part of it. */
export class RequestTrace {
  readonly #groups: StatementGroup[] = []
  readonly #spare = new StatementGroup()

  /** Makes room for the statements of one piece of work. */
  group(): StatementGroup {
    if (this.#groups.length >= statementCountMax) return this.#spare
    const group = new StatementGroup()
    this.#groups.push(group)
    return group
  }

  statements(): readonly CapturedStatement[] {
    return this.#groups.flatMap((group) => group.statements).slice(0, statementCountMax)
  }
}

/** Knows which request the running code works for. Made in dev only: following it costs every request a little. */
export class RequestTraces {
  readonly #storage = new AsyncLocalStorage<RequestTrace>()

  /** Runs the work, and all that it waits for, on behalf of a request. */
  run<T>(trace: RequestTrace, work: () => T): T {
    return this.#storage.run(trace, work)
  }

  /** The request that the caller works for; undefined outside of one. */
  get current(): RequestTrace | undefined {
    return this.#storage.getStore()
  }
}
