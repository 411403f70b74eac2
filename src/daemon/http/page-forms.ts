import { isUtf8 } from "node:buffer"

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

import { alyxError, isAlyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import { BodyReader } from "./body-reader.ts"
import { toAnsweredError } from "./errors.ts"
import { html, sendPage } from "./page.ts"
import type { Page } from "./page.ts"

/** What the form of a page may weigh: a code, an address and two passwords. */
const formBytesMax = 16 * 1024

/** Forms that are being read at once. */
const heldFormBytesMax = 16 * 1024 * 1024

const formType = "application/x-www-form-urlencoded"

/** Makes forms of pages readable in this scope: their body is an object of texts, as JSON of the same would be. */
export function acceptForms(scope: FastifyInstance): void {
  const reader = new BodyReader({ heldBytesMax: heldFormBytesMax })
  scope.addContentTypeParser(formType, (request, _payload, done) => {
    // A form is never kept for the dashboard: it holds a code or a password.
    delete request.capture
    reader.read(request.raw, formBytesMax, (error, bytes) => {
      if (error !== null) return done(error)
      if (!isUtf8(bytes)) return done(alyxError("BAD_REQUEST", { message: "The form is not valid UTF-8." }))
      return done(null, formMembers(bytes.toString("utf8")))
    })
  })
}

/** Answers errors of this scope with a page where a browser asks for one: a form was sent, or a page was opened. */
export function answerErrorsWithPages(scope: FastifyInstance): void {
  const answerOthers = scope.errorHandler
  scope.setErrorHandler((thrown, request, reply) => {
    if (!wantsPage(request)) return answerOthers(thrown, request, reply)
    const error = toAnsweredError(thrown)
    request.answeredCode = error.code
    if (error.code === "INTERNAL") request.server.reportBug(request.id, error.cause)
    if (error.retryAfterSeconds !== undefined) reply.header("retry-after", error.retryAfterSeconds)
    return sendPage(reply, {
      title: "That did not work",
      status: error.status,
      content: html`<p class="problem">${error.message}</p>
        ${error.next === undefined ? null : html`<p>${error.next}</p>`}`,
    })
  })
}

/**
 * Answers a form whose fields were not right with the form once more, made by `page` from what was wrong. Whatever else
 * was thrown, and what was sent as JSON, is thrown on.
 */
export function sendFormAgain(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  thrown: unknown,
  page: (problem: AlyxError) => Page,
): FastifyReply {
  if (!isForm(request) || !isAlyxError(thrown, "VALIDATION_ERROR")) throw thrown
  const error = toAnsweredError(thrown)
  request.answeredCode = error.code
  return sendPage(reply, { ...page(thrown), status: error.status })
}

/** True where a form of a page was sent. */
export function isForm(request: FastifyRequest): boolean {
  const type = request.headers["content-type"] ?? ""
  return type.split(";", 1)[0]!.trim().toLowerCase() === formType
}

function wantsPage(request: FastifyRequest): boolean {
  return isForm(request) || (request.method === "GET" && (request.headers.accept ?? "").includes("text/html"))
}

/** A name that stands twice keeps its last value; names are never those of Object's own members. */
function formMembers(text: string): Readonly<Record<string, string>> {
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(new URLSearchParams(text)))
}
