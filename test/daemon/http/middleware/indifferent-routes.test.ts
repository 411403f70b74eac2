import { expect, test } from "vitest"

import { indifferentRoutes } from "../../../../src/daemon/http/middleware/indifferent-routes.ts"
import { startAuth } from "../auth-http.ts"
import { send } from "../http-fixture.ts"

test("each of them is a route, and answers whoever carries a token that is no good as it answers nobody", async () => {
  const { port } = await startAuth()

  for (const route of indifferentRoutes) {
    const path = route.replaceAll(/:\w+/g, "unknown")
    for (const method of ["GET", "POST"]) {
      const headers = method === "POST" ? { "content-type": "application/json" } : {}
      const body = method === "POST" ? { body: "{}" } : {}
      const byNobody = await send(port, { method, path, headers, ...body })
      const byStranger = await send(port, {
        method,
        path,
        headers: { ...headers, authorization: "Bearer a.b.c" },
        ...body,
      })

      const what = `${method} ${path}`
      const { message } = byStranger.body?.error ?? {}
      expect({ what, status: byStranger.status, message }).toEqual({
        what,
        status: byNobody.status,
        message: byNobody.body?.error?.message,
      })
    }
    const { status } = await send(port, { method: "PUT", path })
    expect({ path, status }).toEqual({ path, status: 405 })
  }
})
