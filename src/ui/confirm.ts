import { cancel, confirm as ask, isCancel } from "@clack/prompts"

/** Asks a person at the terminal before something is lost; no is where the cursor stands. Ctrl-C and Escape mean no. */
export async function confirm(question: { readonly message: string; readonly declined: string }): Promise<boolean> {
  const answer = await ask({ message: question.message, initialValue: false })
  if (!isCancel(answer) && answer) return true
  cancel(question.declined)
  return false
}
