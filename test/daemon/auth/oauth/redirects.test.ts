import { expect, it } from "vitest"

import { requireAllowedRedirect } from "../../../../src/daemon/auth/oauth/redirects.ts"

const allowed = ["https://app.example/auth", "http://localhost:5173", "https://other.example/deep/path/"]

it.each([
  ["https://app.example/auth", "https://app.example/auth"],
  ["https://app.example/auth/done?state=1", "https://app.example/auth/done?state=1"],
  ["HTTPS://APP.example:443/auth", "https://app.example/auth"],
  ["http://localhost:5173/any/where", "http://localhost:5173/any/where"],
  ["https://other.example/deep/path", "https://other.example/deep/path"],
])("lets a browser return to %s", (written, href) => {
  expect(requireAllowedRedirect(written, allowed).href).toBe(href)
})

it.each([
  undefined,
  "",
  "/auth",
  "//app.example/auth",
  "app.example/auth",
  "https:app.example/auth",
  "https:/app.example/auth",
  "https://app.example",
  "https://app.example/",
  "https://app.example/authority",
  "https://app.example/auth/../admin",
  "https://app.example/auth/%2e%2e/admin",
  "https://app.example/auth/..%2fadmin",
  "https://app.example/auth/..%5Cadmin",
  "https://app.example/auth%00",
  "https://app.example/auth\\..\\admin",
  "https://app.example\\@evil.example/auth",
  "https://app.example@evil.example/auth",
  "https://user:word@app.example/auth",
  "https://app.example.evil.example/auth",
  "https://app.example:8443/auth",
  "http://app.example/auth",
  "https://evil.example/https://app.example/auth",
  "https://evil.example#https://app.example/auth",
  "https://app.example/auth#evil",
  "https://app.example/auth\r\nset-cookie: a=b",
  "https://app.example/\tauth",
  " https://app.example/auth",
  "https://app.example/auth\u0000",
  "https://app.ex\u00adample/auth",
  "https://xn--app.example/auth",
  "javascript:alert(1)//https://app.example/auth",
  "data:text/html,https://app.example/auth",
  "myapp://app.example/auth",
  "http://localhost:5174/",
  "http://127.0.0.1:5173/",
  `https://app.example/auth/${"x".repeat(2_000)}`,
])("refuses to return to %j", (written) => {
  expect(() => requireAllowedRedirect(written, allowed)).toThrow(
    expect.objectContaining({ code: "REDIRECT_NOT_ALLOWED" }),
  )
})

it("refuses everything while nothing is allowed, and names the option", () => {
  expect(() => requireAllowedRedirect("https://app.example/auth", [])).toThrow(
    expect.objectContaining({ next: "List the addresses of your app in auth.redirects of alyx.yaml." }),
  )
})
