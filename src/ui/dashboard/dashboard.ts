import { DaemonClient } from "../../client/daemon-client.ts"
import { lastExecutions } from "../../client/function-calls.ts"
import { isAlyxError } from "../../errors.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { LogLine, RequestDetail, RequestEntry } from "../../protocol/admin-api.ts"
import type { MailsResponse } from "../../protocol/auth-api.ts"
import type { FunctionDetail } from "../../protocol/functions-api.ts"
import type { DevStore } from "../dev-store.ts"
import type {
  Answer,
  DashboardState,
  Effect,
  FetchedFunction,
  FetchedMail,
  FetchedRequest,
  Sight,
} from "./dashboard-state.ts"
import type { KeyName } from "./key-name.ts"
import { mailIdOf } from "./mail-in-full.ts"
import { openInBrowser } from "./open-in-browser.ts"
import { applyPlan, undoEdit, writeMigration } from "./plan-actions.ts"
import type { PlanTalk } from "./plan-talk.ts"
import { pressKey } from "./press-key.ts"
import { SessionDrafts } from "./session-drafts.ts"

/** How the person left the dashboard. */
export type Leave = "detach" | "stop"

/** How long after the first Ctrl-C a second one still means "stop the daemon". */
const secondPressMs = 1_000

/** How many of a function's last calls are shown. */
const shownExecutionCount = 20

export interface DashboardParts {
  readonly store: DevStore
  readonly paths: ProjectPaths
  readonly onLeave: (how: Leave) => void
}

/** Does what the keys ask for: it keeps the view in the store, and talks with the daemon that the store shows. */
export class Dashboard implements PlanTalk {
  readonly drafts = new SessionDrafts()
  readonly #store: DevStore
  readonly #paths: ProjectPaths
  readonly #onLeave: (how: Leave) => void
  readonly #closing = new AbortController()
  #answer: ((answer: Answer) => void) | undefined
  #interrupted: NodeJS.Timeout | undefined
  #isDeciding = false

  constructor({ store, paths, onLeave }: DashboardParts) {
    this.#store = store
    this.#paths = paths
    this.#onLeave = onLeave
  }

  /** What was said before a key was pressed is done with then. */
  press(key: KeyName, sight: Sight): void {
    const { state, effects } = pressKey(this.#store.view, key, sight)
    this.#store.setView(state)
    if (key.name !== "interrupt") this.#store.forgetMessage()
    for (const effect of effects) this.#run(effect)
  }

  /** No question is answered after this, and no second Ctrl-C waited for. */
  close(): void {
    clearTimeout(this.#interrupted)
    this.#closing.abort()
    this.#answer?.("cancel")
  }

  get client(): DaemonClient {
    return new DaemonClient(this.#store.snapshot().daemon)
  }

  get paths(): ProjectPaths {
    return this.#paths
  }

  /** Asks in the box of the plan, or in the message line; the end of the dashboard is no answer. */
  ask(question: string): Promise<Answer> {
    if (this.#closing.signal.aborted) return Promise.resolve("cancel")
    this.#patch({ question })
    return new Promise((resolve) => (this.#answer = resolve))
  }

  say(text: string, options: { readonly urgent: boolean } = { urgent: false }): void {
    this.#store.setMessage({ ...options, text })
  }

  progress(progress: DashboardState["progress"]): void {
    this.#patch({ progress })
  }

  #patch(patch: Partial<DashboardState>): void {
    this.#store.setView({ ...this.#store.view, ...patch })
  }

  #run(effect: Effect): void {
    switch (effect.kind) {
      case "leave":
        return this.#onLeave(effect.how)
      case "interrupt":
        return this.#interrupt()
      case "pause":
        return this.#store.setPaused(effect.isPaused)
      case "clear":
        return this.#store.clear(effect.pane)
      case "answer": {
        const answer = this.#answer
        this.#answer = undefined
        return answer?.(effect.answer)
      }
      case "fetchRequest":
        return void this.#fetchRequest(effect.entry)
      case "fetchMail":
        return void this.#fetchMail(effect.entry)
      case "fetchFunction":
        return void this.#fetchFunction(effect.entry)
      case "openApiPage":
        return void this.#openApiPage()
      case "writeMigration":
        return void this.#decide(writeMigration)
      case "applyPlan":
        return void this.#decide(applyPlan)
      case "undoEdit":
        return void this.#decide(undoEdit)
    }
  }

  /** Ctrl-C is q, unless it is pressed twice: then it is Q. */
  #interrupt(): void {
    if (this.#interrupted !== undefined) return this.#onLeave("stop")
    this.say("Leaving the daemon running. Ctrl-C again stops it.")
    this.#interrupted = setTimeout(() => this.#onLeave("detach"), secondPressMs)
  }

  async #fetchRequest(entry: RequestEntry): Promise<void> {
    const fetched = await this.#findRequest(entry)
    const { overlay } = this.#store.view
    if (overlay?.kind === "request" && overlay.entry === entry) this.#patch({ overlay: { ...overlay, fetched } })
  }

  async #findRequest({ requestId }: RequestEntry): Promise<FetchedRequest> {
    try {
      const path = `/api/admin/requests/${encodeURIComponent(requestId)}`
      return { state: "there", detail: await this.client.get<RequestDetail>(path) }
    } catch (error) {
      return { state: "missing", reason: reasonOf(error) }
    }
  }

  async #fetchMail(entry: LogLine): Promise<void> {
    const fetched = await this.#findMail(entry)
    const { overlay } = this.#store.view
    if (overlay?.kind === "mail" && overlay.entry === entry) this.#patch({ overlay: { ...overlay, fetched } })
  }

  async #findMail(entry: LogLine): Promise<FetchedMail> {
    try {
      const { mails } = await this.client.get<MailsResponse>("/api/admin/mails")
      const mail = mails.find(({ id }) => id === mailIdOf(entry))
      return mail === undefined ? { state: "missing", reason: "It is not kept any more." } : { state: "there", mail }
    } catch (error) {
      return { state: "missing", reason: reasonOf(error) }
    }
  }

  async #fetchFunction(entry: FunctionDetail): Promise<void> {
    const fetched = await this.#findExecutions(entry)
    const { overlay } = this.#store.view
    if (overlay?.kind === "function" && overlay.entry === entry) this.#patch({ overlay: { ...overlay, fetched } })
  }

  async #findExecutions({ name }: FunctionDetail): Promise<FetchedFunction> {
    try {
      return { state: "there", executions: await lastExecutions(this.client, { name, count: shownExecutionCount }) }
    } catch (error) {
      return { state: "missing", reason: reasonOf(error) }
    }
  }

  async #openApiPage(): Promise<void> {
    const { url } = this.#store.snapshot().daemon
    if (url === null) return this.say("The daemon has no TCP port, so there is no page to open.")
    const page = `${url}/docs`
    if (!(await openInBrowser(page))) this.say(`No browser could be opened here. The API page is at ${page}`)
    else this.say(`Opened ${page}`)
  }

  /** One decision about a plan at a time. */
  async #decide(action: (talk: PlanTalk) => Promise<void>): Promise<void> {
    if (this.#isDeciding) return
    this.#isDeciding = true
    try {
      await action(this)
    } catch (error) {
      this.say(reasonOf(error), { urgent: true })
    } finally {
      this.progress(null)
      this.#isDeciding = false
    }
  }
}

/** What went wrong and what to do, in a line; a bug is told as one, since the screen goes on. */
function reasonOf(error: unknown): string {
  if (isAlyxError(error)) return [error.message, error.next].filter(Boolean).join(" ")
  return `Alyx made a mistake: ${error instanceof Error ? error.message : String(error)}`
}
