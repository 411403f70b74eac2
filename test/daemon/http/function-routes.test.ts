import * as fc from "fast-check"
import { expect, test } from "vitest"

import { FunctionRoutes } from "../../../src/daemon/http/function-routes.ts"

const routes = new FunctionRoutes([
  {
    name: "orders",
    routes: [
      { path: "/orders", methods: ["GET", "POST"] },
      { path: "/orders/{id}", methods: ["GET"] },
      { path: "/orders/{id}/lines/{line}", methods: ["GET"] },
    ],
  },
  { name: "latest", routes: [{ path: "/orders/latest", methods: ["GET"] }] },
  { name: "change", routes: [{ path: "/{kind}/{id}", methods: ["PUT"] }] },
  { name: "files", routes: [{ path: "/files/{rest*}", methods: [] }] },
  { name: "readme", routes: [{ path: "/files/docs/readme", methods: ["GET"] }] },
  { name: "home", routes: [{ path: "/", methods: ["GET"] }] },
])

test.each([
  ["GET", "/orders", "orders", {}],
  ["GET", "/orders/", "orders", {}],
  ["POST", "/orders", "orders", {}],
  ["GET", "/orders/7", "orders", { id: "7" }],
  ["GET", "/orders/latest", "latest", {}],
  ["GET", "/orders/a%2Fb", "orders", { id: "a/b" }],
  ["GET", "/orders/f%C3%BCnf/lines/2", "orders", { id: "fünf", line: "2" }],
  ["PUT", "/orders/7", "change", { kind: "orders", id: "7" }],
  ["PUT", "/orders/latest", "change", { kind: "orders", id: "latest" }],
  ["DELETE", "/files/a/b/c.txt", "files", { rest: "a/b/c.txt" }],
  ["GET", "/files/docs/readme", "readme", {}],
  ["GET", "/files/docs/other", "files", { rest: "docs/other" }],
  ["POST", "/files/docs/readme", "files", { rest: "docs/readme" }],
  ["GET", "/", "home", {}],
])("%s %s is answered by %s", (method, path, name, params) => {
  expect(routes.match(method, path)).toMatchObject({ name, params, method })
})

test.each([
  ["HEAD", "/orders", "GET"],
  ["HEAD", "/files/a", "HEAD"],
])("%s %s is told as %s", (method, path, told) => {
  expect(routes.match(method, path)).toMatchObject({ method: told })
})

test.each([
  ["/nothing"],
  ["/orders/7/lines"],
  ["/orders//lines/2"],
  ["/files"],
  ["/files/"],
  ["/Orders"],
  ["/orders/7/lines/2/3"],
])("nothing is at %s", (path) => {
  expect(routes.match("GET", path)).toBeUndefined()
})

test.each([
  ["DELETE", "/orders", ["GET", "HEAD", "POST"]],
  ["DELETE", "/orders/7", ["GET", "HEAD", "PUT"]],
  ["POST", "/", ["GET", "HEAD"]],
])("%s %s names what is allowed", (method, path, allow) => {
  const match = routes.match(method, path)

  expect(match).toHaveProperty("allow")
  expect(match !== undefined && "allow" in match && match.allow.toSorted()).toEqual(allow)
})

test("a path that is no percent encoding is refused", () => {
  expect(() => routes.match("GET", "/orders/%zz")).toThrow(URIError)
})

test("what is found is what a plain comparison of segments finds first, for any routes", () => {
  const segment = fc.constantFrom("a", "b", "{x}", "{y}")
  const path = fc.tuple(fc.array(segment, { maxLength: 3 }), fc.boolean())
  fc.assert(
    fc.property(
      fc.array(path, { minLength: 1, maxLength: 6 }),
      fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 4 }),
      (paths, asked) => {
        const written = paths.map(([segments, isRest]) => `/${[...segments, ...(isRest ? ["{rest*}"] : [])].join("/")}`)
        const tree = new FunctionRoutes(
          written.map((one, at) => ({ name: String(at), routes: [{ path: one, methods: ["GET"] }] })),
        )
        const match = tree.match("GET", `/${asked.join("/")}`)

        const found = match !== undefined && "path" in match ? match.path : undefined
        expect(found === undefined ? undefined : rank(found, asked)).toEqual(
          written
            .map((one) => rank(one, asked))
            .filter((one) => one !== undefined)
            .toSorted()[0],
        )
      },
    ),
  )
})

/** How well a route fits: by segment 0 for its text, 1 for a parameter, 2 for the rest; undefined where it does not. */
function rank(route: string, asked: readonly string[]): string | undefined {
  const segments = route === "/" ? [] : route.slice(1).split("/")
  let text = ""
  for (const [index, segment] of segments.entries()) {
    if (segment === "{rest*}") return asked.length > index ? `${text}2` : undefined
    if (asked[index] === undefined) return undefined
    if (segment === asked[index]) text += "0"
    else if (segment.startsWith("{")) text += "1"
    else return undefined
  }
  return segments.length === asked.length ? text : undefined
}
