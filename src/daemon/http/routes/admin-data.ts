import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

import { toWireError } from "../../../protocol/wire-error.ts"
import type { DumpFormat } from "../../../protocol/data-api.ts"
import { requireOwner } from "../admin-access.ts"
import {
  readBackupRequest,
  readDumpQuery,
  readQueryRequest,
  readResetRequest,
  readRestoreQuery,
} from "../data-requests.ts"
import { leftSignal } from "../left-signal.ts"
import type { DataRequests } from "../parts.ts"
import { answerWithProcess } from "../process-answer.ts"
import { answerWithProgress } from "../progress-answer.ts"
import { parseQueryString } from "../query-string.ts"
import { addResource } from "../resource.ts"

const ndjson = "application/x-ndjson; charset=utf-8"

const contentTypes: Readonly<Record<DumpFormat, string>> = {
  ndjson,
  json: "application/json; charset=utf-8",
  csv: "text/csv; charset=utf-8; header=present",
  sql: "application/sql; charset=utf-8",
}

/** Serves dumps, restores, backups and SQL. Registered under the check of admins. */
export function adminDataRoutes(app: FastifyInstance, data: DataRequests): void {
  addResource(app, "/api/admin/db/dump", {
    async GET(request, reply) {
      const wanted = readDumpQuery(parseQueryString(request.query as string))
      const contentType = wanted.isFramed ? "application/octet-stream" : contentTypes[wanted.format]
      await answerWithProcess(request, reply, { process: data.dump(wanted), contentType })
      return reply
    },
  })
  addResource(app, "/api/admin/db/query", {
    async POST(request, reply) {
      await answerQuery(data, request, reply)
      return reply
    },
  })
  addResource(app, "/api/admin/db/backup", {
    async POST(request, reply) {
      const { file = null } = readBackupRequest(request.body)
      // Any path of the machine is more than an admin may write.
      if (file !== null) requireOwner(request, "A backup is written to a path")
      await answerWithProgress(request, reply, (onProgress) => {
        onProgress({ message: "Writing the backup" })
        return data.backup({ file })
      })
      return reply
    },
  })
  addResource(app, "/api/admin/db/reset", {
    async POST(request, reply) {
      const { force } = readResetRequest(request.body)
      await answerWithProgress(request, reply, (onProgress) => data.reset({ isForced: force, onProgress }))
      return reply
    },
  })
  void app.register((inner, _options, done) => {
    // However large it is, it is read as it comes, by the process that takes it apart.
    inner.removeAllContentTypeParsers()
    inner.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null))
    addResource(inner, "/api/admin/db/restore", {
      async POST(request, reply) {
        const wanted = readRestoreQuery(parseQueryString(request.query as string))
        const signal = leftSignal(reply)
        await answerWithProgress(request, reply, (onProgress) =>
          data.restore({ ...wanted, input: request.raw, signal, onProgress }),
        )
        return reply
      },
    })
    done()
  })
}

async function answerQuery(data: DataRequests, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { sql, write, rowCountMax, timeoutMs } = readQueryRequest(request.body)
  const asked = { sql, mayWrite: write, rowCountMax, timeoutMs, requestId: request.id }
  const { process, deadline } = write ? await data.write(asked, leftSignal(reply)) : data.query(asked)
  await answerWithProcess(request, reply, {
    process,
    contentType: ndjson,
    failure: (error) => `${JSON.stringify({ error: toWireError(error) })}\n`,
    onBlocked: (isBlocked) => {
      if (write) return
      if (isBlocked) deadline.pause()
      else deadline.run()
    },
  })
}
