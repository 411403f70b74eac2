import type { AnswerHead } from "../../../src/functions/guest-abi.ts"
import { AlyxError } from "./alyx-error.ts"
import { isRecord } from "./schema/schema-kind.ts"
import { tellCaller } from "./told-errors.ts"

/**
 * What `ctx.functions.invoke()` gives of an answer: the value of its JSON, text as text, other bodies as bytes. A function
 * that answers an HTTP error by itself rejects.
 */
export function answerValue(name: string, value: unknown, text: string, bytes: Uint8Array): unknown {
  const head = headOf(value)
  const type = head?.headers.find(([header]) => header.toLowerCase() === "content-type")?.[1] ?? ""
  const isText = type.startsWith("text/")
  const isJson = type === "" || /^application\/(?:[\w.+-]+\+)?json\b/.test(type)
  const answered = isJson ? parsed(text) : isText ? text : bytes
  if (head !== null && head.status >= 400) throw refused(name, head.status, answered)
  return answered
}

function headOf(value: unknown): AnswerHead | null {
  const head = isRecord(value) ? value["head"] : null
  return isRecord(head) && typeof head["status"] === "number" ? (head as unknown as AnswerHead) : null
}

function parsed(text: string): unknown {
  if (text === "") return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** Errors of the usual form keep their code and message; what the callee meant for its caller is told on. */
function refused(name: string, status: number, answered: unknown): AlyxError {
  const error = isRecord(answered) && isRecord(answered["error"]) ? answered["error"] : {}
  const code = typeof error["code"] === "string" ? error["code"] : "FUNCTION_ERROR"
  const message = typeof error["message"] === "string" ? error["message"] : `The function ${name} answered ${status}.`
  const refusal = new AlyxError({ code, status, message, details: answered })
  return status < 500 ? tellCaller(refusal) : refusal
}
