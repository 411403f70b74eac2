import type { DaemonClient } from "../../client/daemon-client.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { Answer, DashboardState } from "./dashboard-state.ts"
import type { SessionDrafts } from "./session-drafts.ts"

/** What the decisions about a plan need: the daemon, the project's files, and a way to talk with the person. */
export interface PlanTalk {
  readonly client: DaemonClient
  readonly paths: ProjectPaths
  readonly drafts: SessionDrafts
  /** Asks in the box of the plan, or in the message line where there is none. */
  ask(question: string): Promise<Answer>
  say(text: string, options?: { readonly urgent: boolean }): void
  progress(progress: DashboardState["progress"]): void
}
