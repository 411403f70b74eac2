import { cancel, isCancel, select } from "@clack/prompts"

import type { DraftAnswer, DraftQuestion } from "../../schema/migrations/draft-text.ts"
import { printable } from "../printable.ts"

/** Answers by the question's id. */
export type DraftAnswers = Readonly<Record<string, DraftAnswer>>

/**
 * Asks what a draft leaves open, one question after the other, since an answer may raise or settle others. Undefined
 * when the person gave up (Ctrl-C or Escape).
 */
export async function askDraftQuestions(
  openQuestions: (answers: DraftAnswers) => readonly DraftQuestion[],
): Promise<DraftAnswers | undefined> {
  let answers: DraftAnswers = {}
  for (;;) {
    const [question] = openQuestions(answers)
    if (question === undefined) return answers
    const answer = await ask(question)
    if (answer === undefined) {
      cancel("Nothing was written.")
      return undefined
    }
    answers = { ...answers, [question.id]: answer }
  }
}

async function ask({ question, from, to }: DraftQuestion): Promise<DraftAnswer | undefined> {
  const answer = await select<DraftAnswer>({
    message: printable(question),
    options: [
      { value: "rename", label: "Yes, renamed", hint: "what it holds stays" },
      {
        value: "drop",
        label: `No, ${printable(from)} goes and ${printable(to)} is new`,
        hint: "what it holds is lost",
      },
    ],
  })
  return isCancel(answer) ? undefined : answer
}
