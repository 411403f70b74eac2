import type { ErrorCode } from "../../errors.ts"
import type { JsonSchema } from "../../schema/json-schema.ts"
import { security } from "./access.ts"
import type { ErrorAnswers } from "./error-answers.ts"
import { edgeCodes } from "./error-codes.ts"
import { everyAnswer } from "./headers.ts"
import type { Method, Operation, PathItem } from "./operation.ts"
import { componentRef, jsonContent } from "./operation.ts"
import { authOperationIds } from "./shared-names.ts"

/** One operation of /api/auth. */
interface AuthOperation {
  readonly id: keyof typeof authOperationIds
  readonly path: string
  readonly method: Method
  readonly summary: string
  readonly description?: string
  /** The schema of the body; absent where there is none. */
  readonly takes?: string
  readonly isBodyOptional?: true
  /** The schemas of the answers, by status; null for an answer without a body. */
  readonly answers: Readonly<Record<number, string | null>>
  readonly needs: keyof typeof security
  readonly codes: readonly ErrorCode[]
}

const signIn: readonly ErrorCode[] = ["UNAUTHENTICATED", "FORBIDDEN"]

const operations: readonly AuthOperation[] = [
  {
    id: "register",
    path: "register",
    method: "post",
    summary: "Make an account, and sign in",
    description:
      "With `auth.hide_accounts` the answer is 202 whether the address is known or not, and a mail brings the next step.",
    takes: "AuthRegister",
    answers: { 201: "SignedIn", 202: "AuthMessage" },
    needs: "none",
    codes: ["VALIDATION_ERROR", "EMAIL_TAKEN", "UNIQUE_CONFLICT", "REFERENCE_CONFLICT", "MANAGED_FIELD", ...signIn],
  },
  {
    id: "login",
    path: "login",
    method: "post",
    summary: "Sign in with an address and a password",
    takes: "AuthLogin",
    answers: { 200: "SignedIn" },
    needs: "none",
    codes: ["VALIDATION_ERROR", "INVALID_CREDENTIALS"],
  },
  {
    id: "refresh",
    path: "refresh",
    method: "post",
    summary: "Take a new access token",
    description:
      "A refresh token works once, and the answer brings the next one. One that is used again more than 10 seconds later ends the session: somebody else may have it.",
    takes: "AuthRefresh",
    answers: { 200: "SignedIn" },
    needs: "none",
    codes: ["VALIDATION_ERROR"],
  },
  {
    id: "logout",
    path: "logout",
    method: "post",
    summary: "End the session",
    description: "By the access token, or by the refresh token in the body where that has ended already.",
    takes: "AuthLogout",
    isBodyOptional: true,
    answers: { 204: null },
    needs: "optional",
    codes: ["VALIDATION_ERROR", ...signIn],
  },
  {
    id: "me",
    path: "me",
    method: "get",
    summary: "Read one's own account",
    answers: { 200: "AuthMe" },
    needs: "required",
    codes: signIn,
  },
  {
    id: "key",
    path: "key",
    method: "get",
    summary: "Read what the API key that asks may do",
    answers: { 200: "AuthKey" },
    needs: "required",
    codes: signIn,
  },
  {
    id: "changePassword",
    path: "password",
    method: "patch",
    summary: "Change one's password; other sessions end",
    takes: "AuthPassword",
    answers: { 204: null },
    needs: "required",
    codes: ["VALIDATION_ERROR", "INVALID_CREDENTIALS", ...signIn],
  },
  {
    id: "listSessions",
    path: "sessions",
    method: "get",
    summary: "List where one is signed in",
    answers: { 200: "AuthSessions" },
    needs: "required",
    codes: signIn,
  },
  {
    id: "endOtherSessions",
    path: "sessions",
    method: "delete",
    summary: "End all other sessions",
    answers: { 204: null },
    needs: "required",
    codes: signIn,
  },
  {
    id: "endSession",
    path: "sessions/{id}",
    method: "delete",
    summary: "End one session",
    answers: { 204: null },
    needs: "required",
    codes: ["SESSION_NOT_FOUND", ...signIn],
  },
  {
    id: "askVerify",
    path: "verify/request",
    method: "post",
    summary: "Send the mail again that proves the address",
    answers: { 202: "AuthMessage" },
    needs: "required",
    codes: ["MAIL_UNAVAILABLE", "VALIDATION_ERROR", ...signIn],
  },
  {
    id: "verify",
    path: "verify",
    method: "post",
    summary: "Prove an address with the token of a mail",
    description: "Or say that somebody else gave it: then the password, sessions and providers of the account end.",
    takes: "AuthVerify",
    answers: { 200: "AuthMessage" },
    needs: "none",
    codes: ["VALIDATION_ERROR", "INVALID_CODE", "EMAIL_TAKEN", "UNIQUE_CONFLICT", "REFERENCE_CONFLICT"],
  },
  {
    id: "askReset",
    path: "reset",
    method: "post",
    summary: "Send a mail with which a new password can be set",
    description: "The answer is the same whether the address is known or not.",
    takes: "AuthReset",
    answers: { 202: "AuthMessage" },
    needs: "none",
    codes: ["MAIL_UNAVAILABLE", "VALIDATION_ERROR"],
  },
  {
    id: "reset",
    path: "reset/confirm",
    method: "post",
    summary: "Set a new password with the token of a mail; all sessions end",
    takes: "AuthResetConfirm",
    answers: { 200: "AuthMessage" },
    needs: "none",
    codes: ["VALIDATION_ERROR", "INVALID_CODE"],
  },
  {
    id: "askEmail",
    path: "email",
    method: "post",
    summary: "Send a mail to another address that the account is to have",
    takes: "AuthEmail",
    answers: { 202: "AuthMessage" },
    needs: "required",
    codes: ["MAIL_UNAVAILABLE", "VALIDATION_ERROR", "INVALID_CREDENTIALS", "EMAIL_TAKEN", ...signIn],
  },
  {
    id: "confirmEmail",
    path: "email/confirm",
    method: "post",
    summary: "Take the other address with the token of that mail",
    takes: "AuthToken",
    answers: { 200: "AuthMessage" },
    needs: "none",
    codes: ["VALIDATION_ERROR", "INVALID_CODE", "EMAIL_TAKEN", "UNIQUE_CONFLICT"],
  },
  {
    id: "providers",
    path: "providers",
    method: "get",
    summary: "List the providers that people may sign in with",
    description:
      "A browser goes to the `url` of a provider with `?redirect=`, one of `auth.redirects`, and comes back there with a `code` for `/api/auth/oauth/exchange`.",
    answers: { 200: "AuthProviders" },
    needs: "none",
    codes: [],
  },
  {
    id: "exchange",
    path: "oauth/exchange",
    method: "post",
    summary: "Take the tokens of a sign-in through a provider",
    takes: "AuthExchange",
    answers: { 200: "SignedIn" },
    needs: "none",
    codes: ["LINK_NEEDS_PASSWORD", "VALIDATION_ERROR", "INVALID_CODE"],
  },
  {
    id: "link",
    path: "oauth/link",
    method: "post",
    summary: "Prove the password of an account that a provider's sign-in is to be linked to",
    takes: "AuthLink",
    answers: { 200: "SignedIn" },
    needs: "none",
    codes: ["VALIDATION_ERROR", "INVALID_CODE", "INVALID_CREDENTIALS", "CONFLICT"],
  },
  {
    id: "unlink",
    path: "oauth/{provider}",
    method: "delete",
    summary: "Take a provider away from one's account",
    answers: { 204: null },
    needs: "required",
    codes: ["PROVIDER_NOT_FOUND", "CONFLICT", ...signIn],
  },
]

const writeCodes: readonly ErrorCode[] = [
  "DATABASE_BUSY",
  "DATABASE_CORRUPT",
  "SHUTTING_DOWN",
  "INVALID_JSON",
  "BODY_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "FILE_UNWRITABLE",
  "DATABASE_MOVED",
  "STORAGE_FULL",
]

/** The paths of accounts, tokens and sessions. */
export function authPaths(errors: ErrorAnswers): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {}
  for (const one of operations) {
    const path = `/api/auth/${one.path}`
    paths[path] = { ...paths[path], [one.method]: operationOf(one, errors) }
  }
  return paths
}

function operationOf(one: AuthOperation, errors: ErrorAnswers): Operation {
  const { id, path, method, summary, description, takes, isBodyOptional, answers, needs, codes } = one
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => pathParameter(name!))
  return {
    operationId: authOperationIds[id],
    tags: ["Auth"],
    summary,
    ...(description === undefined ? {} : { description }),
    security: security[needs],
    parameters: [...parameters, componentRef("parameters", "XRequestId")],
    ...(takes === undefined
      ? {}
      : { requestBody: { required: isBodyOptional !== true, content: jsonContent(componentRef("schemas", takes)) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [status, answerOf(Number(status), schema)]),
      ),
      ...errors.answersOf("Auth", [...edgeCodes, ...codes, ...(method === "get" ? [] : writeCodes)]),
    },
  }
}

const words: Readonly<Record<number, string>> = {
  200: "Done.",
  201: "The account was made.",
  202: "A mail is on its way, if there is anybody to send it to.",
  204: "Done.",
}

function answerOf(status: number, schema: string | null): JsonSchema {
  return {
    description: words[status]!,
    headers: everyAnswer,
    ...(schema === null ? {} : { content: jsonContent(componentRef("schemas", schema)) }),
  }
}

function pathParameter(name: string): JsonSchema {
  return { name, in: "path", required: true, schema: { type: "string" } }
}
