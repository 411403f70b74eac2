import type { FastifyError } from "fastify"

import { alyxError, type AlyxError, type AlyxErrorOptions, type ErrorCode, isAlyxError } from "../../errors.ts"
import { answeredDetails } from "../../protocol/answered-details.ts"

/** The content type of every JSON answer. */
export const jsonContentType = "application/json; charset=utf-8"

/** Fastify's own errors that have a code of ours; the others of status 4xx are BAD_REQUEST. */
const fastifyErrors: Readonly<Record<string, { code: ErrorCode; options?: AlyxErrorOptions }>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "UNSUPPORTED_MEDIA_TYPE",
    options: { next: "Send the header `content-type: application/json`." },
  },
  FST_ERR_BAD_URL: {
    code: "BAD_REQUEST",
    options: {
      message: "The path of the URL is not valid: a percent sign is not followed by the code of a character.",
      next: "Encode each part of the path as encodeURIComponent does.",
    },
  },
  FST_ERR_MAX_PARAM_LENGTH: { code: "URL_TOO_LONG" },
}

/** Makes of anything that was thrown the error that is answered: an unexpected one becomes INTERNAL and stays its cause. */
export function toAnsweredError(thrown: unknown): AlyxError {
  if (isAlyxError(thrown)) return thrown
  const { code, statusCode, message } = (thrown ?? {}) as Partial<FastifyError>
  const known = code === undefined ? undefined : fastifyErrors[code]
  if (known) return alyxError(known.code, { ...known.options, cause: thrown })
  if (code?.startsWith("FST_") && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return alyxError("BAD_REQUEST", { ...(message ? { message } : {}), cause: thrown })
  }
  return alyxError("INTERNAL", { cause: thrown })
}

/** The JSON of an error, in the one form that every answer of 400 and above has. */
export function errorBody(error: AlyxError, requestId: string, now: Date): string {
  return JSON.stringify({
    error: { code: error.answeredCode, message: error.message, details: answeredDetails(error), next: error.next },
    request_id: requestId,
    timestamp: now.toISOString(),
  })
}
