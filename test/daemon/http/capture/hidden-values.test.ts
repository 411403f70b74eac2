import * as fc from "fast-check"
import { expect, test } from "vitest"

import { hideHeaders, hideInUrl } from "../../../../src/daemon/http/capture/hidden-values.ts"
import { hideInJson } from "../../../../src/daemon/secrets/hide-in-json.ts"

test.each([
  ['{"password":"hunter2","name":"ada"}', '{"password":"[hidden]","name":"ada"}'],
  ['{ "user" : { "apiKey" : 12 , "n": 1 } }', '{ "user" : { "apiKey" : "[hidden]" , "n": 1 } }'],
  ['[{"refresh_token":{"a":["}","]"]},"b":2}]', '[{"refresh_token":"[hidden]","b":2}]'],
  ['{"client-secret":null,"api-key":[1,[2]],"x":true}', '{"client-secret":"[hidden]","api-key":"[hidden]","x":true}'],
  ['{"pass\\u0077ord":"a\\"b","c":1}', '{"pass\\u0077ord":"[hidden]","c":1}'],
  ['{"note":"the password: is \\"x\\"","tokens":["a","b"]}', '{"note":"the password: is \\"x\\"","tokens":"[hidden]"}'],
  ['{"password":"cut o', '{"password":"[hidden]"'],
  ['{"secret":{"deep":"cut', '{"secret":"[hidden]"'],
  ['{"password":', '{"password":'],
  ["no json at all", "no json at all"],
  ['{"password" "x"}', '{"password" "x"}'],
])("%s is shown as %s", (text, shown) => {
  expect(hideInJson(text)).toBe(shown)
})

test("of any JSON, and of any beginning of it, no secret is shown, and the rest is as written", () => {
  const secret = "s3cr3t-value"
  const tree = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.string(), fc.integer(), fc.constant(null), tie("list"), tie("map")),
    list: fc.array(tie("value"), { maxLength: 3 }),
    map: fc.dictionary(fc.oneof(fc.string(), fc.constant("plain")), tie("value"), { maxKeys: 3 }),
  }))
  const secretValue = fc.constantFrom<unknown>(secret, [secret], { inner: [secret, { deep: secret }] })
  fc.assert(
    fc.property(tree.value, secretValue, fc.nat(400), fc.nat(3), (value, hiddenValue, cut, indent) => {
      const text = JSON.stringify({ before: value, user: { access_token: hiddenValue, after: value } }, null, indent)

      const whole = hideInJson(text)
      const part = hideInJson(text.slice(0, cut))

      expect(whole).not.toContain(secret)
      expect(part).not.toContain("s3cr3t")
      const user = (JSON.parse(whole) as { user: { access_token: unknown } }).user
      expect(user.access_token).toBe("[hidden]")
    }),
  )
})

test("headers that carry secrets are hidden, by name, in any case", () => {
  const names = [
    "Authorization",
    "proxy-authorization",
    "COOKIE",
    "Set-Cookie",
    "X-Api-Key",
    "x-csrf-token",
    "X-Secret",
    "X-Access-Key",
    "X-Forwarded-Authorization",
    "X-Auth",
    "XAuth",
    "X-Session-Id",
  ]

  expect(hideHeaders(names.map((name) => [name, "value"]))).toEqual(names.map((name) => [name, "[hidden]"]))
  expect(hideHeaders([["Accept", "*/*"]])).toEqual([["Accept", "*/*"]])
  expect(hideHeaders([["Origin", "http://ada:pw@x:80"]])).toEqual([["Origin", "http://[hidden]@x:80"]])
  expect(hideHeaders([["Link", "<http://a:b@x/>, <https://c@y>"]])).toEqual([
    ["Link", "<http://[hidden]@x/>, <https://[hidden]@y>"],
  ])
  expect(hideHeaders([["Referer", "http://x/?token=abc&a=1"]])).toEqual([["Referer", "http://x/?token=[hidden]&a=1"]])
})

test.each([
  ["/api/collections/users?limit=2", "/api/collections/users?limit=2"],
  ["/x?access_token=abc&limit=2&api%5Fkey=1", "/x?access_token=[hidden]&limit=2&api%5Fkey=[hidden]"],
  ["/x?filter=password:eq:hunter2&filter=name:eq:a:b", "/x?filter=password:eq:[hidden]&filter=name:eq:a:b"],
  ["/x?filter=password%3Alike%3Aa%25", "/x?filter=password:like:[hidden]"],
  ["/x?password", "/x?password"],
  [
    "/x?sig=1&key=2&jwt=3&auth=4&code=5&keys=6",
    "/x?sig=[hidden]&key=[hidden]&jwt=[hidden]&auth=[hidden]&code=[hidden]&keys=6",
  ],
  ["http://ada:p@ss@host/x?a=me@x", "http://[hidden]@host/x?a=me@x"],
  ["/x?next=https://ada:pw@host/", "/x?next=https://[hidden]@host/"],
  ["/x?a=%zz&secret=%zz", "/x?a=%zz&secret=[hidden]"],
])("the url %s is shown as %s", (url, shown) => {
  expect(hideInUrl(url)).toBe(shown)
})

test.each([
  ..."pwd pass passcode authorization bearer jwt otp totp session sessionId cookie access_key accessKey ssn".split(" "),
  ..."userPass user_pass PASS pass2 oauth authHeader xAuth auth-code signature X-Amz-Signature dbPwd".split(" "),
])("a member called %s is hidden", (name) => {
  expect(hideInJson(JSON.stringify({ [name]: "v", a: 1 }))).toBe(JSON.stringify({ [name]: "[hidden]", a: 1 }))
})

test.each("author author_id authored compass bypass passenger hotpink key code keyboard assn".split(" "))(
  "a member called %s is shown",
  (name) => {
    const text = JSON.stringify({ [name]: "v" })
    expect(hideInJson(text)).toBe(text)
  },
)
