import { setTimeout as delay } from "node:timers/promises"

import type { FastifyInstance, FastifyRequest } from "fastify"

import { alyxError } from "../../../errors.ts"
import type {
  ExecutionDetail,
  ExecutionsResponse,
  FunctionLog,
  FunctionsReloadResponse,
  FunctionsResponse,
} from "../../../protocol/functions-api.ts"
import { pageRowsMax } from "../../executions/execution-limits.ts"
import { requireMembers } from "../body-members.ts"
import { functionDetail } from "../function-detail.ts"
import { functionNotFound } from "../function-call.ts"
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
    if (functions.registry.get(name) === undefined) throw functionNotFound(name)
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
      return invokeAsAdmin({ functions, database: records.database }, { name: requireKnown(request), request, reply })
    },
  })
  addResource(app, "/api/admin/functions/:name/executions", {
    async GET(request) {
      const { name } = request.params as { readonly name: string }
      const { limit, before } = readPage(request)
      await functions.executions.flush()
      const found = functions.executions.list({
        functionName: name,
        limit,
        ...(before === undefined ? {} : { before }),
      })
      if (found.length === 0) requireKnown(request)
      return { executions: found } satisfies ExecutionsResponse
    },
  })
  addResource(app, "/api/admin/executions", {
    async GET(request) {
      const { limit, before } = readPage(request)
      await functions.executions.flush()
      const found = functions.executions.list({ limit, ...(before === undefined ? {} : { before }) })
      return { executions: found } satisfies ExecutionsResponse
    },
  })
  addResource(app, "/api/admin/executions/:id", {
    async GET(request) {
      await functions.executions.flush()
      return executionDetail(functions, (request.params as { readonly id: string }).id)
    },
  })
}

function executionDetail({ executions }: Pick<HttpParts["functions"], "executions">, id: string): ExecutionDetail {
  const record = executions.get(id)
  if (record === undefined) {
    throw alyxError("EXECUTION_NOT_FOUND", {
      message: `There is no call with the id ${id.slice(0, 100)}.`,
      next: "Calls are kept for 30 days, and the last 100,000 of them; alyx functions logs shows the newest.",
    })
  }
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

/** `?limit=20&before=<id>`. */
function readPage(request: FastifyRequest): { readonly limit: number; readonly before: string | undefined } {
  const pairs = new Map(parseQueryString(request.query as string))
  for (const name of pairs.keys()) {
    if (name !== "limit" && name !== "before") throw invalidPage(`${name.slice(0, 100)} is no parameter of this path`)
  }
  const text = pairs.get("limit") ?? String(pageRowsDefault)
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > pageRowsMax) throw invalidPage(`limit must be a number from 1 to ${pageRowsMax}`)
  return { limit, before: pairs.get("before") }
}

function invalidPage(reason: string): Error {
  return alyxError("INVALID_QUERY", {
    message: `The query is not valid: ${reason}.`,
    next: "As in ?limit=20&before=<id>.",
  })
}
