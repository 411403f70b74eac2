import { expect, test } from "vitest"

import { ownPathOf, ownPaths } from "../../src/project/own-paths.ts"
import { startHttp } from "../daemon/http/http-fixture.ts"

/** Kept for what comes, and not served yet. */
const reserved = ["/api/events", "/api/files", "/api/webhooks"]

test("the list of our own paths is that of the server, with what is kept for later", async () => {
  const { app } = await startHttp()

  const served = app.paths.filter((path) => path !== "/" && path !== "*")
  expect(served.length).toBeGreaterThan(40)
  expect(served.filter((path) => ownPathOf(path.replaceAll(":", "x")) === undefined)).toEqual([])
  const unserved = ownPaths.filter((own) => !served.some((path) => path === own || path.startsWith(`${own}/`)))
  expect(unserved).toEqual(reserved)
})

test.each([
  ["/api/collections/posts", "/api/collections"],
  ["/API/Admin/x", "/api/admin"],
  ["/health", "/health"],
  ["/healthy", undefined],
  ["/", undefined],
  ["/{page}", undefined],
  ["/api/orders/{id}", undefined],
  ["/docs/{rest*}", "/docs"],
])("a route at %s stands in %s", (route, own) => {
  expect(ownPathOf(route)).toBe(own)
})
