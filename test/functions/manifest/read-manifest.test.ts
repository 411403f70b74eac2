import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { manifestShape } from "../../../src/functions/manifest/manifest-shape.ts"
import type { ReadManifest } from "../../../src/functions/manifest/read-manifest.ts"
import { defaultManifest } from "../../../src/functions/manifest/default-manifest.ts"
import { readManifest } from "../../../src/functions/manifest/read-manifest.ts"
import { scaled } from "../../helpers/scale.ts"
import { badManifests } from "./bad-manifests.ts"

const env: Readonly<Record<string, string>> = { FOO: "from the environment", KEY: "k" }

function read(text: string): ReadManifest {
  return readManifest({ text, file: "functions/x.yaml", name: "x", lookup: (name) => env[name] })
}

describe("a manifest", () => {
  test("says everything in its own words", () => {
    const { manifest, problems } = read(`
name: create-post
description: Makes posts.
runtime: node
entry: run
timeout: 10s
memory: 64mb
min_warm: 2
max_concurrency: 5
idle_timeout: 2m
isolation: per_call
snapshot: false
abi: extism
allowed_hosts: [api.stripe.com, "*.example.com", "localhost:8080", "[::1]:80"]
env: { FOO: "\${FOO}", DEFAULT: "\${NOPE:-d}", COUNT: 3 }
secrets: STRIPE_KEY
privileged: true
access: auth.role == 'admin'
http: true
routes:
  - GET /orders/{id}
  - { path: "/files/{rest*}", methods: [post, PUT] }
  - /
hooks:
  - { type: database, source: users, action: insert, mode: sync, config: { timeout: 5s, on_failure: reject } }
  - { type: webhook, verification: { type: hmac-sha256, header: X-Signature, secret: "\${KEY}" } }
schedules:
  - { name: nightly, type: cron, expression: "0 2 * * *", timezone: America/New_York, config: { input: { days: 30 } } }
  - { name: often, type: interval, expression: 5m }
  - { name: once, type: one_time, expression: "2036-01-25T15:00:00Z" }
`)

    expect(problems).toEqual([])
    const { access, ...rest } = manifest
    expect(access?.rule.expression).toBe("auth.role == 'admin'")
    expect(rest).toMatchObject({
      name: "create-post",
      file: "functions/x.yaml",
      entry: "run",
      timeoutMs: 10_000,
      memoryBytes: 64 * 1024 * 1024,
      minWarm: 2,
      maxConcurrency: 5,
      idleTimeoutMs: 120_000,
      isolation: "per_call",
      snapshot: false,
      abi: "extism",
      allowedHosts: ["api.stripe.com", "*.example.com", "localhost:8080", "[::1]:80"],
      env: { FOO: "from the environment", DEFAULT: "d", COUNT: "3" },
      secrets: ["STRIPE_KEY"],
      privileged: true,
      isHttp: true,
      routes: [
        { path: "/orders/{id}", methods: ["GET"] },
        { path: "/files/{rest*}", methods: ["POST", "PUT"] },
        { path: "/", methods: [] },
      ],
      hooks: [
        { type: "database", settings: { source: "users", action: ["insert"], config: { timeout: "5s" } } },
        { type: "webhook", settings: { verification: { secret: "k" } } },
      ],
      schedules: [
        { name: "nightly", type: "cron", timezone: "America/New_York", settings: { config: { input: { days: 30 } } } },
        { name: "often", type: "interval", timezone: "UTC" },
        { name: "once", type: "one_time" },
      ],
    })
  })

  test("that is empty is the one of a function without a manifest", () => {
    expect(read("# nothing\n").manifest).toEqual({ ...defaultManifest("x"), file: "functions/x.yaml" })
  })

  test.each([
    ["hooks: [{ type: auth, action: login }]", false],
    ["schedule: '0 8 * * *'", false],
    ["{ schedule: '0 8 * * *', http: true }", true],
    ["{ schedule: '0 8 * * *', routes: [/x] }", true],
    ["http: false", false],
    ["timeout: 1s", true],
  ])("%s is served over HTTP: %s", (text, isHttp) => {
    const { manifest, problems } = read(text)

    expect(problems).toEqual([])
    expect(manifest.isHttp).toBe(isHttp)
  })

  test.each(["wasm", "node", "js", "javascript", "TypeScript"])("runtime %s is what Alyx compiles", (runtime) => {
    expect(read(`runtime: ${runtime}`).problems).toEqual([])
  })

  test("in another language has a command", () => {
    const { manifest, problems } = read("runtime: rust\nbuild: { command: cargo, args: [build], output: t/x.wasm }")

    expect(problems).toEqual([])
    expect(manifest.build).toEqual({ command: "cargo", args: ["build"], watch: [], output: "t/x.wasm" })
  })

  test("has access that decides by the caller and the request", () => {
    const { access } = read(`access: auth.role == "admin" && request.method == "POST"`).manifest
    const as = (role: string | null, method: string): boolean =>
      access!.holds(
        {
          auth: { id: "1", email: null, role, verified: true, metadata: {} },
          request: { method, ip: "", time: new Date().toISOString(), body: null, headers: {} },
        },
        { doc: {} },
      )

    expect([as("admin", "POST"), as("admin", "GET"), as(null, "POST")]).toEqual([true, false, false])
  })
})

describe("a wrong manifest", () => {
  test.each(badManifests.map((each) => [each.name, each] as const))("with %s", (_, { yaml, problems }) => {
    const found = read(yaml).problems.map(({ code, message, next, at }) => {
      return `${at!.line}:${at!.column} ${code} ${message}${next === undefined ? "" : ` ${next}`}`
    })

    if (problems.length === 0) expect(found[0]).toMatch(/^\d+:\d+ YAML_SYNTAX /)
    else expect(found).toEqual(problems)
  })

  test("never shows the secret that stands in it", () => {
    const [problem] = read(
      "hooks: [{ type: webhook, verification: { type: hmac-sha1, header: X, secret: [a] } }]",
    ).problems

    expect(problem).toMatchObject({ code: "WRONG_TYPE", at: { length: 0 } })
  })

  test("is a list of problems and never a crash, whatever is written under its keys", () => {
    const keys = Object.keys(manifestShape)
    const anything = fc.jsonValue({ maxDepth: 3 })
    const known = fc.constantFrom("type", "name", "path", "expression", "cron", "database", "interval", "verification")
    const nested = fc.dictionary(known, fc.oneof(anything, known), { maxKeys: 5 })
    const manifest = fc.dictionary(
      fc.constantFrom(...keys),
      fc.oneof(anything, nested, fc.array(nested, { maxLength: 3 })),
    )

    fc.assert(
      fc.property(manifest, (written) => {
        const { problems } = read(JSON.stringify(written))
        for (const { message, at } of problems) expect([message.length > 0, at !== undefined]).toEqual([true, true])
      }),
      { numRuns: scaled(5_000, 300) },
    )
  })
})
