import type { SourceLocation } from "./lib/source-location.ts"

/**
 * Every error that Alyx expects, by code. The status is the HTTP status of an answer that carries it, the sentence
 * is what docs/errors.md says of it; the message of a thrown error says what happened this time.
 * A code is UPPER_SNAKE and never changes its meaning: clients decide by it.
 */
export const errorTable = {
  // 400: the request or a file cannot be understood
  BAD_REQUEST: { status: 400, sentence: "The request is not valid HTTP, or its path or headers are not valid." },
  INVALID_JSON: { status: 400, sentence: "The body is not valid JSON." },
  INVALID_QUERY: { status: 400, sentence: "A query parameter is unknown, malformed, or contradicts another." },
  INVALID_FILTER: {
    status: 400,
    sentence: "A filter names an unknown field or operator, or its value does not fit the field.",
  },
  INVALID_CURSOR: { status: 400, sentence: "The cursor is not one that this list handed out." },
  VALIDATION_ERROR: {
    status: 400,
    sentence: "The body breaks the schema; details.fields lists every problem by field.",
  },
  ANSWER_TOO_LARGE: { status: 400, sentence: "The answer would be larger than 72 MB." },
  BATCH_TOO_LARGE: { status: 400, sentence: "A batch holds more operations than the limit." },
  // 401: nobody, or nobody any more
  UNAUTHENTICATED: { status: 401, sentence: "This needs a signed-in caller, and the request carries no token." },
  INVALID_TOKEN: {
    status: 401,
    sentence: "The token is not one of this server, has expired, or its session, account or key has ended.",
  },
  INVALID_CREDENTIALS: { status: 401, sentence: "The address or the password is wrong." },
  // 403: known, and refused
  FORBIDDEN: { status: 403, sentence: "A rule refuses this to the caller." },
  FORBIDDEN_FIELD: { status: 403, sentence: "The caller may not read, filter by, sort by or write this field." },
  FORBIDDEN_SCOPE: { status: 403, sentence: "The API key is not made for this collection or operation." },
  MANAGED_FIELD: {
    status: 403,
    sentence: "The auth service keeps this field of the users; it is changed through /api/auth or by an admin.",
  },
  REGISTER_INSTEAD: { status: 403, sentence: "Accounts are made at /api/auth/register." },
  NOT_ADMIN: { status: 403, sentence: "This is for admins." },
  OWNER_ONLY: { status: 403, sentence: "This is done on the machine of the server, over its local socket." },
  // Accounts
  EMAIL_TAKEN: { status: 409, sentence: "An account with this address exists." },
  KEY_NAME_TAKEN: { status: 409, sentence: "An API key with this name exists." },
  USER_NOT_FOUND: { status: 404, sentence: "There is no account with this id or address." },
  SESSION_NOT_FOUND: { status: 404, sentence: "The account has no session with this id." },
  KEY_NOT_FOUND: { status: 404, sentence: "There is no API key with this id or name." },
  INVALID_CODE: { status: 400, sentence: "The code of the link is unknown, was used, or has expired." },
  PROVIDER_NOT_FOUND: { status: 404, sentence: "No sign-in provider with this name is configured." },
  REDIRECT_NOT_ALLOWED: { status: 400, sentence: "The address to return to is not one of auth.redirects." },
  OAUTH_FAILED: { status: 400, sentence: "The sign-in through the provider failed; the message says where." },
  LINK_NEEDS_PASSWORD: {
    status: 409,
    sentence: "An account with this address exists; its password must be proven before the provider is linked to it.",
  },
  MAIL_UNAVAILABLE: { status: 503, sentence: "This server sends no mails: mail.smtp is not set." },
  RATE_LIMITED: { status: 429, sentence: "Too many requests; try again after Retry-After seconds." },
  // Live queries
  INVALID_MESSAGE: { status: 400, sentence: "The message on the socket is not valid JSON, or not one that is known." },
  SUBSCRIPTION_NOT_FOUND: { status: 404, sentence: "The socket has no subscription with this id." },
  TOO_MANY_SUBSCRIPTIONS: { status: 429, sentence: "The socket follows as many queries as it may." },
  TOO_MANY_CONNECTIONS: { status: 429, sentence: "As many sockets are open as there may be." },
  RULE_NOT_LIVE: {
    status: 400,
    sentence: "A read rule of the collection depends on the time, so it cannot be followed live.",
  },
  UPGRADE_REQUIRED: { status: 426, sentence: "This path speaks WebSocket only." },
  // 404
  NOT_FOUND: { status: 404, sentence: "Nothing is served at this path." },
  COLLECTION_NOT_FOUND: { status: 404, sentence: "The schema has no collection of this name." },
  DOCUMENT_NOT_FOUND: { status: 404, sentence: "The collection has no document with this id." },
  // 405 to 431
  METHOD_NOT_ALLOWED: { status: 405, sentence: "The path exists, but not with this method." },
  CONFLICT: { status: 409, sentence: "The request contradicts the present state." },
  UNIQUE_CONFLICT: { status: 409, sentence: "Another document already has this value in a unique field or index." },
  REFERENCE_CONFLICT: {
    status: 409,
    sentence: "A reference points to no document, or documents still point to this one.",
  },
  PRECONDITION_FAILED: { status: 412, sentence: "The document changed since the ETag in If-Match was read." },
  BODY_TOO_LARGE: { status: 413, sentence: "The body is larger than server.body_limit." },
  URL_TOO_LONG: { status: 414, sentence: "The URL is longer than server.url_limit." },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, sentence: "The body must be application/json." },
  WRONG_HOST: { status: 421, sentence: "The Host header names a host that this server does not answer for." },
  HEADERS_TOO_LARGE: { status: 431, sentence: "The headers are larger than the server reads." },
  // 403
  FORBIDDEN_ORIGIN: {
    status: 403,
    sentence:
      "Web pages may not use the local socket, nor, from other origins, live queries and the admin API of an open server.",
  },
  // 5xx
  INTERNAL: { status: 500, sentence: "Alyx made a mistake; the log has the details under the request id." },
  OVERLOADED: { status: 503, sentence: "The server has too much to do; try again after Retry-After seconds." },
  STARTING: { status: 503, sentence: "The server is starting; it serves nothing until the schema is applied." },
  SHUTTING_DOWN: { status: 503, sentence: "The server is stopping." },
  DATABASE_BUSY: {
    status: 503,
    sentence: "The database was held for too long, by another process or by work of the server such as a migration.",
  },
  QUERY_TIMEOUT: { status: 503, sentence: "The query took too long and was ended; an index would help." },
  REQUEST_TIMEOUT: { status: 408, sentence: "The request did not arrive in time." },
  STORAGE_FULL: { status: 507, sentence: "The disk is full; nothing was written." },
  // Files of the project
  YAML_SYNTAX: { status: 400, sentence: "A YAML file does not parse." },
  SCHEMA_INVALID: { status: 400, sentence: "schema.yaml has problems; all of them are listed with their places." },
  CONFIG_INVALID: {
    status: 400,
    sentence: "The configuration has problems; all of them are listed with their places.",
  },
  FILE_UNREADABLE: { status: 400, sentence: "A file of the project cannot be read." },
  FILE_UNWRITABLE: { status: 400, sentence: "A file or folder of the project cannot be written." },
  FILE_EXISTS: { status: 409, sentence: "A file to be written exists already; Alyx never overwrites it." },
  PROJECT_NOT_FOUND: { status: 404, sentence: "No alyx.yaml or schema.yaml here or in any folder above." },
  // Storage
  UNSAFE_CHANGES: {
    status: 409,
    sentence: "The written schema differs from the applied one in ways that could lose data.",
  },
  MIGRATION_INVALID: {
    status: 400,
    sentence: "The files of migrations/ have problems; all of them are listed with their places.",
  },
  MIGRATIONS_PENDING: {
    status: 409,
    sentence: "Migration files wait to be applied, which somebody has to ask for.",
  },
  MIGRATION_NOT_REVERSIBLE: {
    status: 409,
    sentence: "A migration cannot be undone; what stands in the way is listed, and nothing was changed.",
  },
  PLAN_CHANGED: {
    status: 409,
    sentence: "The plan of a migration is no longer the one that was looked at; nothing was changed.",
  },
  DATABASE_LOCKED: { status: 409, sentence: "Another daemon serves this database." },
  DATABASE_LINKED: { status: 409, sentence: "The database file has a second name, by which it could be damaged." },
  DATABASE_MOVED: {
    status: 503,
    sentence: "The database file was removed or replaced while it is served; nothing more is written.",
  },
  DATABASE_NEWER: { status: 409, sentence: "The database was written by a newer version of Alyx." },
  DATABASE_CORRUPT: { status: 500, sentence: "The file is not a database, or is damaged." },
  // Data tools
  SEED_INVALID: {
    status: 400,
    sentence: "The documents of a seed have problems; all are listed with their places, and nothing was written.",
  },
  FAKE_IMPOSSIBLE: {
    status: 400,
    sentence: "So many documents that fit the schema cannot be made up; nothing was written.",
  },
  QUERY_INVALID: { status: 400, sentence: "The SQL is not valid, or holds more than one statement." },
  QUERY_REFUSED: { status: 403, sentence: "The SQL does what may not be done this way; the message says what." },
  RESTORE_INVALID: {
    status: 400,
    sentence: "The file cannot be restored; the message names its line. The database was left as it was.",
  },
  // Functions: their files
  MANIFEST_INVALID: {
    status: 400,
    sentence: "The manifests of functions have problems; all of them are listed with their places.",
  },
  BUILD_FAILED: { status: 400, sentence: "A function does not build; the problems are listed with their places." },
  BUILD_TIME_ACCESS: {
    status: 400,
    sentence: "Code outside the handler uses what there is only during a call: env, secrets, fetch, timers, ctx.",
  },
  NODE_MODULE_UNSUPPORTED: {
    status: 400,
    sentence: "An import leads to a module of Node.js that cannot work in a function; the message says what to use.",
  },
  BUILD_COMMAND_FAILED: { status: 400, sentence: "The build command of a function failed; its output is shown." },
  PLUGIN_INVALID: { status: 400, sentence: "The file of a plug-in is no WebAssembly module, or damaged." },
  UNSUPPORTED_MODULE: {
    status: 400,
    sentence: "The WebAssembly module has memories or features that functions may not have.",
  },
  UNKNOWN_IMPORT: { status: 400, sentence: "The plug-in imports a host function that Alyx does not have." },
  ENTRY_NOT_FOUND: {
    status: 400,
    sentence: "The plug-in does not export the function to call; the message lists what it exports.",
  },
  // Functions: calls
  FUNCTION_NOT_FOUND: { status: 404, sentence: "There is no function of this name, or it is not called over HTTP." },
  FUNCTION_UNAVAILABLE: { status: 503, sentence: "The function could not be built or loaded, so it cannot be called." },
  INPUT_INVALID: {
    status: 400,
    sentence: "The input breaks the function's input schema; details.fields lists every problem.",
  },
  OUTPUT_INVALID: { status: 500, sentence: "What the function returned breaks its own output schema." },
  OUTPUT_UNSERIALIZABLE: { status: 500, sentence: "What the function returned cannot be written as JSON." },
  FUNCTION_ERROR: { status: 500, sentence: "The function threw an error." },
  FUNCTION_TRAPPED: { status: 500, sentence: "The function's code trapped: the WebAssembly engine ended it." },
  FUNCTION_OUT_OF_MEMORY: { status: 500, sentence: "The function used more memory than its limit." },
  FUNCTION_TIMEOUT: { status: 504, sentence: "The function took longer than its timeout, and was ended." },
  OUTPUT_TOO_LARGE: { status: 500, sentence: "The function's answer is larger than the limit." },
  FUNCTION_BUSY: {
    status: 503,
    sentence: "As many calls of the function wait as may; try again after Retry-After seconds.",
  },
  WORKER_RESTARTED: {
    status: 503,
    sentence: "The thread that ran the call had to be ended because of another one; the call may be tried again.",
  },
  CALL_DEPTH: { status: 508, sentence: "Functions call each other more deeply than they may." },
  HOST_CALLS_EXCEEDED: { status: 429, sentence: "The call asked the host for more than one call may." },
  HOST_NOT_ALLOWED: {
    status: 403,
    sentence: "The function may not reach this host; the message names the line of the manifest to add.",
  },
  ADDRESS_NOT_ALLOWED: { status: 403, sentence: "The host is at a private address, which functions may not reach." },
  FETCH_FAILED: { status: 502, sentence: "An outgoing request failed: no such host, no connection, or no answer." },
  NOT_PRIVILEGED: { status: 403, sentence: "This needs `privileged: true` in the function's manifest." },
  EXECUTION_NOT_FOUND: { status: 404, sentence: "There is no call of a function with this id, or none that is kept." },
  SECRET_NOT_SET: { status: 500, sentence: "The function reads a secret that is not set." },
  SECRET_NOT_FOUND: { status: 404, sentence: "There is no secret of this name." },
  SECRET_KEY_WRONG: {
    status: 500,
    sentence: "The key does not decrypt the secrets that are stored; nothing was lost.",
  },
  TRANSACTION_OPEN: {
    status: 409,
    sentence: "The call has a transaction open; writes go through its handle, and outgoing requests wait for its end.",
  },
  TRANSACTION_ENDED: { status: 409, sentence: "The transaction was committed, rolled back, or took too long." },
  ABORTED: { status: 499, sentence: "The operation was aborted." },
  // Daemon and command line
  NODE_TOO_OLD: { status: 500, sentence: "This version of Node.js is too old to run Alyx." },
  USAGE: { status: 400, sentence: "The command line is not valid." },
  UNKNOWN_COMMAND: { status: 404, sentence: "There is no such command." },
  NO_TERMINAL: { status: 400, sentence: "A question needs a terminal; the message names the flag that answers it." },
  INTERRUPTED: { status: 499, sentence: "The command was interrupted before it was done." },
  NO_DAEMON: { status: 404, sentence: "No daemon runs for this project." },
  DAEMON_FAILED: { status: 500, sentence: "The daemon ended before it was ready." },
  DAEMON_MODE: { status: 409, sentence: "A daemon in the other mode (dev or start) serves this project." },
  DAEMON_NOT_YOURS: { status: 403, sentence: "The daemon of this project belongs to another user." },
  DAEMON_UNREACHABLE: { status: 503, sentence: "The daemon does not answer on its socket." },
  PORT_IN_USE: { status: 409, sentence: "The address is already in use." },
  ADDRESS_UNAVAILABLE: { status: 400, sentence: "This machine has no such address, or may not listen on it." },
  INSECURE_OPEN: { status: 403, sentence: "Everyone would act as an admin on an address that others can reach." },
} as const satisfies Record<string, { status: number; sentence: string }>

/** A code of the table above. */
export type ErrorCode = keyof typeof errorTable

/** One thing that is wrong with a file or a request; errors that find several carry a list of them. */
export interface Problem {
  /** What kind of problem this is, UPPER_SNAKE; finer than the error's code. */
  readonly code: string
  /** A sentence that says what is wrong. */
  readonly message: string
  /** A sentence that says what to do, if there is anything better than "mend it". */
  readonly next?: string
  /** Where in which file. */
  readonly at?: SourceLocation
}

/** What alyxError takes besides the code. */
export interface AlyxErrorOptions {
  /** What happened, as a sentence; the table's sentence when left out. */
  readonly message?: string
  /** What the person can do about it, as a sentence. */
  readonly next?: string
  readonly at?: SourceLocation
  /** Everything that is wrong, when several things were found at once. */
  readonly problems?: readonly Problem[]
  /** Machine-readable facts for the `details` of an HTTP answer; never holds a secret. */
  readonly details?: Readonly<Record<string, unknown>>
  /** Seconds for the Retry-After header of a 503. */
  readonly retryAfterSeconds?: number
  /** What a function threw by `FunctionError`: the code and the status that are answered in place of the table's. */
  readonly thrown?: { readonly code: string; readonly status: number }
  readonly cause?: unknown
}

/** An expected failure: a code from the table, a sentence, and the next step. Made with alyxError. */
export class AlyxError extends Error {
  override readonly name = "AlyxError"
  readonly code: ErrorCode
  readonly next: string | undefined
  readonly at: SourceLocation | undefined
  readonly problems: readonly Problem[]
  readonly details: Readonly<Record<string, unknown>> | undefined
  readonly retryAfterSeconds: number | undefined
  readonly thrown: AlyxErrorOptions["thrown"]

  constructor(code: ErrorCode, options: AlyxErrorOptions) {
    super(
      options.message ?? errorTable[code].sentence,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.code = code
    this.next = options.next
    this.at = options.at
    this.problems = options.problems ?? []
    this.details = options.details
    this.retryAfterSeconds = options.retryAfterSeconds
    this.thrown = options.thrown
  }

  get status(): number {
    return this.thrown?.status ?? errorTable[this.code].status
  }

  /** The code that is answered: of the table, or what a function chose. */
  get answeredCode(): string {
    return this.thrown?.code ?? this.code
  }
}

/** Makes an expected error. `throw alyxError("DOCUMENT_NOT_FOUND", { message, next })`. */
export function alyxError(code: ErrorCode, options: AlyxErrorOptions = {}): AlyxError {
  return new AlyxError(code, options)
}

/** Tells an expected error from a bug, and, with a code, this expected error from the others. */
export function isAlyxError(error: unknown, code?: ErrorCode): error is AlyxError {
  return error instanceof AlyxError && (code === undefined || error.code === code)
}
