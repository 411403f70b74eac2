import { readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"

import { Ajv } from "ajv"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { parse } from "yaml"

import { packageRoot } from "../../src/lib/package-root.ts"
import { configJsonSchema } from "../../src/project/config-json-schema.ts"
import { configPage } from "../../src/project/config-page.ts"
import { configRows } from "../../src/project/config-rows.ts"
import { configValue, diffConfigs } from "../../src/project/config.ts"
import { loadConfig } from "../../src/project/load-config.ts"
import type { LoadedConfig } from "../../src/project/load-config.ts"
import { optionFlags, placedOptions, variableName } from "../../src/project/options.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

/** Loads an alyx.yaml with this text. */
async function load(text: string, env: Record<string, string> = {}): Promise<LoadedConfig> {
  const root = await tempFolder()
  await writeFile(join(root, "alyx.yaml"), text)
  return loadConfig({ root, env, flags: {}, mode: "dev" })
}

test("docs/configuration.md is what the options say now (node scripts/generate-docs.ts writes it)", () => {
  const page = readFileSync(join(packageRoot(), "docs/configuration.md"), "utf8")

  expect(page).toBe(configPage())
  for (const { path } of placedOptions()) expect(page).toContain(path)
  // One without a default in dev has one under `alyx start`.
  expect(page).toContain("| rate | none; `6000/minute` in `alyx start` | live | Requests of one address. |")
})

test("no two options share a variable or a flag, and no flag is one of the command line's own", () => {
  const variables = placedOptions().map(({ path }) => variableName(path))
  const flags = optionFlags().map(({ flag }) => flag)

  expect(new Set(variables).size).toBe(variables.length)
  expect(new Set(flags).size).toBe(flags.length)
  expect(flags.filter((flag) => ["json", "help", "version", "detach", "foreground", "yes"].includes(flag))).toEqual([])
  expect(optionFlags().find(({ flag }) => flag === "log-level")).toMatchObject({
    path: "log.level",
    choices: ["debug", "info", "warn", "error"],
    defaultText: "info",
    isSwitch: false,
  })
})

test("every option's sentence is a sentence, and every default reads back from its text", () => {
  for (const { path, node } of placedOptions()) {
    expect(node.about, path).toMatch(/^[A-Z].*\.$/)
    if (node.kind !== "option" || node.default === null) continue
    const text = node.type.toText(node.default)
    const back = node.type.parse(node.type.item === undefined ? text : parse(text), node.type.item ? "yaml" : "text")
    expect(back, path).toEqual({ ok: true, value: node.default })
  }
})

test("what the JSON Schema for editors accepts or refuses, loading does too", async () => {
  const validate = new Ajv({ strict: false }).compile(configJsonSchema())
  const variables = { PORT_: "1", SECRET: "s".repeat(40) }
  const texts: [string, boolean][] = [
    ["server: { port: 8090, hosts: [a.example], cors: { origins: ['*'] } }", true],
    ["server: { port: '${PORT_}' }", true],
    ["server:\nauth:\n  jwt:\n", true],
    ["auth: { oauth: { github: { client_id: a, client_secret: '${SECRET}', scopes: [x] } } }", true],
    ["webhooks: [{ name: a, url: 'https://a.example', events: ['posts.*'] }]", true],
    ["functions: { exec_timeout: 5s, memory_limit: 64MB }", true],
    ["database: { change_retention: 24h, change_bytes_max: 1gb }", true],
    ["dev: { idle_timeout: 0 }", true],
    ["server: { prot: 1 }", false],
    ["server: { port: 70000 }", false],
    ["server: { port: '80' }", false],
    ["server: { request_timeout: 5 }", false],
    ["log: { level: loud }", false],
    ["auth: { oauth: { github: { client_id: a } } }", false],
    ["webhooks: { a: 1 }", false],
    ["server: 1", false],
  ]
  for (const [text, isGood] of texts) {
    const { problems } = await load(text, variables)

    expect([text, validate(parse(text) as unknown)]).toEqual([text, isGood])
    expect([text, problems.length === 0]).toEqual([text, isGood])
  }
})

test("config show writes values as alyx.yaml has them, masks secrets, and names entries", async () => {
  const { config, origins } = await load(
    [
      "server: { request_timeout: 90s }",
      "auth:",
      "  jwt: { secret: 0123456789012345678901234567890123456789 }".replace("012345", "'012345").replace(" }", "' }"),
      "  oauth: { github: { client_id: id, client_secret: hush } }",
      "webhooks: [{ name: a, url: 'https://a.example', events: [posts.created], secret: hush }]",
    ].join("\n"),
  )
  const rows = new Map(configRows(config!, origins).map((row) => [row.path, row]))

  expect(rows.get("server.request_timeout")).toMatchObject({ text: "1m30s", origin: { kind: "file" } })
  expect(rows.get("auth.jwt.secret")!.text).toBe("********")
  expect(rows.get("auth.oauth.github.client_id")).toMatchObject({ text: "id", origin: { kind: "file" } })
  expect(rows.get("auth.oauth.github.client_secret")!.text).toBe("********")
  expect(rows.get("webhooks[0].events")!.text).toBe("[posts.created]")
  expect(rows.get("database.turso.token")).toMatchObject({ text: null, origin: { kind: "default" } })
  expect(JSON.stringify([...rows])).not.toMatch(/hush|01234/)
})

test("the difference of two configurations is the options that changed, with what that takes", async () => {
  const before = await load("server: { port: 1 }\nwebhooks: []\n")
  const after = await load(
    "server: { port: 2, hosts: [a] }\nlog: { level: debug }\nwebhooks: [{ name: a, url: 'https://a.example', events: [x] }]\n",
  )
  // Both lie in folders of their own, so their paths differ as well.
  const changed = diffConfigs(before.config!, after.config!).filter(({ path }) => !path.endsWith("path"))

  expect(changed).toEqual([
    { path: "server.port", reload: "restart" },
    { path: "server.hosts", reload: "live" },
    { path: "log.level", reload: "live" },
    { path: "webhooks", reload: "live" },
  ])
  expect(diffConfigs(after.config!, after.config!)).toEqual([])
})

test("any port and duration that is in range comes through every road alike", async () => {
  const root = await tempFolder()
  const road = fc.constantFrom("flag", "environment", "dotenv", "file", "variable")
  await fc.assert(
    fc.asyncProperty(road, fc.integer({ min: -10, max: 70_000 }), async (kind, port) => {
      const files = {
        "alyx.yaml": { file: `server: { port: ${port} }`, variable: "server:\n  port: ${P}\n" }[kind as string] ?? "",
        ".env": kind === "dotenv" ? `ALYX_SERVER_PORT=${port}` : "",
      }
      for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text)
      const env =
        { environment: { ALYX_SERVER_PORT: String(port) }, variable: { P: String(port) } }[kind as string] ?? {}

      const { config, problems } = loadConfig({
        root,
        env,
        flags: kind === "flag" ? { "server.port": port } : {},
        mode: "start",
      })

      const isGood = port >= 0 && port <= 65_535
      expect(problems.map(({ code }) => code)).toEqual(isGood ? [] : ["OUT_OF_RANGE"])
      if (isGood) expect(configValue(config!, "server.port")).toBe(port)
    }),
  )
})
