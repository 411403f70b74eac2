import type { WireError } from "../../protocol/admin-api.ts"
import type { MigrationPlan } from "../../protocol/migrations-api.ts"

/** What a finding is about: one of the project's files. */
export type FindingSource = "config" | "schema"

/** What was found in the project's files when they were last read, for `alyx status` and the dashboard. */
export class Findings {
  readonly #problems = new Map<FindingSource, WireError>()
  readonly #notices = new Map<FindingSource, readonly string[]>()
  #told: ReadonlySet<string> = new Set()

  /** In dev: what waits for a decision before the written schema can be served; null when nothing does. */
  plan: MigrationPlan | null = null

  /** The file is served as it is written; notices are what should be known all the same. */
  setGood(source: FindingSource, notices: readonly string[]): void {
    this.#problems.delete(source)
    this.#notices.set(source, notices)
  }

  /** The file cannot be served; the last good one goes on. */
  setBad(source: FindingSource, problem: WireError): void {
    this.#problems.set(source, problem)
  }

  /** The problem to mend first; null when all is well. */
  get problem(): WireError | null {
    return this.#problems.get("config") ?? this.#problems.get("schema") ?? null
  }

  get notices(): readonly string[] {
    return [...(this.#notices.get("config") ?? []), ...(this.#notices.get("schema") ?? [])]
  }

  /** The notices that came since the last call. One that went and came back is new. */
  takeNewNotices(): readonly string[] {
    const { notices } = this
    const fresh = notices.filter((notice) => !this.#told.has(notice))
    this.#told = new Set(notices)
    return fresh
  }
}
