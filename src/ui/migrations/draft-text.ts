import type { DraftQuestion } from "../../schema/migrations/draft-text.ts"
import { countOf } from "../amount.ts"
import { printable } from "../printable.ts"
import { hanging } from "./change-lines.ts"
import type { LineLook } from "./change-lines.ts"

/** A migration file that was written, and what it leaves to do. */
export interface ShownDraft {
  readonly file: string
  readonly questions: readonly DraftQuestion[]
  /** Changes that no operation can make. */
  readonly impossible: readonly string[]
}

/** What `alyx migrate create` prints. */
export function renderDraft({ file, questions, impossible }: ShownDraft, look: LineLook): string {
  const { paint, columns } = look
  const item = (text: string): string => hanging(printable(text), { columns, indent: 4 }).join("\n")
  const open = questions.map(({ question }) => item(question))
  const left = impossible.map(item)
  const next =
    questions.length > 0
      ? "answer them in the file, by taking away the # before one of the answers, then: alyx migrate plan"
      : "look at the file, then: alyx migrate plan"
  return [
    `${paint("good", "✓")} Wrote ${paint("name", printable(file))}`,
    ...(open.length > 0
      ? [`${paint("warn", "!")} ${countOf(open.length, "question")} left open as comments:`, ...open]
      : []),
    ...(left.length > 0 ? [`${paint("bad", "✗")} No operation can do this; the file says what to do:`, ...left] : []),
    `${paint("good", "Next:")} ${next}`,
  ].join("\n")
}
