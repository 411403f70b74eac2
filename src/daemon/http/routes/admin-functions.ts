import { setTimeout as delay } from "node:timers/promises"

import type { FastifyInstance, FastifyRequest } from "fastify"

import { alyxError } from "../../../errors.ts"
import { nearestWord } from "../../../lib/nearest-word.ts"
import type {
  ExecutionDetail,
  ExecutionDetailsResponse,
  ExecutionsResponse,
  FunctionLog,
  FunctionsReloadResponse,
  FunctionsResponse,
} from "../../../protocol/functions-api.ts"
import { pageRowsMax } from "../../executions/execution-limits.ts"
import type { ExecutionRecord } from "../../executions/executions.ts"
import { requireMembers } from "../body-members.ts"
import { requireServed } from "../function-call.ts"
import { functionDetail } from "../function-detail.ts"
import { invokeAsAdmin } from "../invoke-as-admin.ts"
import type { HttpParts } from "../parts.ts"
import { parseQueryString } from "../query-string.ts"
import { addResource } from "../resource.ts"

/** How long a list of functions waits for those that are built for the first time. */
const listWaitMs = 1_000

const pageRowsDefault = 20

/** Serves functions, and their calls, to admins. Registered under the check of admins. */
export function adminFunctionRoutes(
  app: FastifyInstance,
  { functions, records }: Pick<HttpParts, "functions" | "records">,
): void {
  const requireKnown = (request: FastifyRequest): string => {
    const { name } = request.params as { readonly name: string }
    if (functions.registry.get(name) === undefined) throw unknownFunction(functions, name)
    return name
  }

  addResource(app, "/api/admin/functions", {
    async GET() {
      // A build command may take minutes; what is known by then is told.
      await Promise.race([functions.loaded(), delay(listWaitMs, undefined, { ref: false })])
      return { functions: functionDetail(functions), pool: functions.service.stats() } satisfies FunctionsResponse
    },
  })
  addResource(app, "/api/admin/functions/reload", {
    async POST(request) {
      const { names } = readReload(request.body)
      return { results: await functions.reload(names) } satisfies FunctionsReloadResponse
    },
  })
  addResource(app, "/api/admin/functions/:name/invoke", {
    async POST(request, reply) {
      const { name } = request.params as { readonly name: string }
      if (functions.registry.get(name) === undefined) await functions.loaded()
      // Why it cannot be called is told with its places.
      requireServed(functions, { name: requireKnown(request), route: null }, request)
      return invokeAsAdmin({ functions, database: records.database }, { name, request, reply })
    },
  })
  addResource(app, "/api/admin/functions/:name/executions", {
    async GET(request) {
      const { name } = request.params as { readonly name: string }
      const page = await executionPage(functions, request, name)
      if (page.executions.length === 0) requireKnown(request)
      return page
    },
  })
  addResource(app, "/api/admin/executions", {
    async GET(request) {
      return executionPage(functions, request)
    },
  })
  addResource(app, "/api/admin/executions/:id", {
    async GET(request) {
      await functions.executions.flush()
      return executionDetail(functions, (request.params as { readonly id: string }).id)
    },
  })
}

/** Admins may know which names there are. */
function unknownFunction({ registry }: Pick<HttpParts["functions"], "registry">, name: string): Error {
  const nearest = nearestWord(
    name.slice(0, 100),
    registry.all.map((known) => known.name),
  )
  return alyxError("FUNCTION_NOT_FOUND", {
    message: `There is no function ${name.slice(0, 100)}.`,
    next: nearest === undefined ? "alyx functions list shows what there is." : `Did you mean "${nearest}"?`,
  })
}

async function executionPage(
  { executions }: Pick<HttpParts["functions"], "executions">,
  request: FastifyRequest,
  functionName?: string,
): Promise<ExecutionsResponse | ExecutionDetailsResponse> {
  const { inFull, ...page } = readPage(request)
  await executions.flush()
  if (!inFull) return { executions: executions.list({ ...page, functionName }) }
  const found = executions.listInFull({ ...page, functionName })
  return { executions: found.executions.map(detailOf), next: found.next }
}

function executionDetail({ executions }: Pick<HttpParts["functions"], "executions">, id: string): ExecutionDetail {
  const record = executions.get(id)
  if (record === undefined) {
    throw alyxError("EXECUTION_NOT_FOUND", {
      message: `There is no call with the id ${id.slice(0, 100)}.`,
      next: "Calls are kept for 30 days, and the last 100,000 of them; alyx functions logs shows the newest.",
    })
  }
  return detailOf(record)
}

function detailOf(record: ExecutionRecord): ExecutionDetail {
  const { error, logs, completedAt: _, ...shown } = record
  return {
    ...shown,
    error: error === null ? null : (JSON.parse(error) as ExecutionDetail["error"]),
    logs: logs === null ? [] : (JSON.parse(logs) as FunctionLog[]),
  }
}

function readReload(body: unknown): { readonly names?: readonly string[] } {
  if (body === undefined) return {}
  return requireMembers(
    body,
    {
      names: {
        check: (value) =>
          Array.isArray(value) && value.length <= 1_000 && value.every((name) => typeof name === "string")
            ? null
            : "must be a list of names of functions",
      },
    },
    'Send nothing for all functions, or {"names":["hello"]}.',
  )
}

/** `?limit=20&before=<id>&in_full=true`. */
function readPage(request: FastifyRequest): {
  readonly limit: number
  readonly before: string | undefined
  readonly inFull: boolean
} {
  const pairs = new Map(parseQueryString(request.query as string))
  for (const name of pairs.keys())
    if (!pageParameters.has(name)) throw invalidPage(`${name.slice(0, 100)} is no parameter of this path`)
  const text = pairs.get("limit") ?? String(pageRowsDefault)
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > pageRowsMax) throw invalidPage(`limit must be a number from 1 to ${pageRowsMax}`)
  const inFull = pairs.get("in_full") ?? "false"
  if (inFull !== "true" && inFull !== "false") throw invalidPage("in_full must be true or false")
  return { limit, before: pairs.get("before"), inFull: inFull === "true" }
}

const pageParameters: ReadonlySet<string> = new Set(["limit", "before", "in_full"])

function invalidPage(reason: string): Error {
  return alyxError("INVALID_QUERY", {
    message: `The query is not valid: ${reason}.`,
    next: "As in ?limit=20&before=<id>&in_full=true.",
  })
}
