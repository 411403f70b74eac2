import { writeFile } from "node:fs/promises"
import { join } from "node:path"

import * as fc from "fast-check"
import { expect, test } from "vitest"

import type { Problem } from "../../src/errors.ts"
import { sourceExcerpt } from "../../src/lib/source-excerpt.ts"
import { loadConfig } from "../../src/project/load-config.ts"
import type { ConfigSources, LoadedConfig } from "../../src/project/load-config.ts"
import { describeOrigin } from "../../src/project/origin.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

/** Loads the configuration of a folder with these files. */
async function load(
  files: Record<string, string | Buffer>,
  sources: Partial<Omit<ConfigSources, "root">> = {},
): Promise<LoadedConfig> {
  const root = await tempFolder()
  for (const [name, content] of Object.entries(files)) await writeFile(join(root, name), content)
  return loadConfig({ root, env: {}, flags: {}, mode: "dev", ...sources })
}

/** A problem in one line: `alyx.yaml:3:9 WRONG_TYPE`. */
function lines(problems: readonly Problem[]): string[] {
  return problems.map(({ at, code }) => `${at ? `${at.file}:${at.line}:${at.column} ` : ""}${code}`)
}

test("without any file everything has its default, frozen to the bottom", async () => {
  const { config, problems, notices, origins } = await load({})

  expect([problems, notices]).toEqual([[], []])
  expect(config!.server).toMatchObject({ host: "127.0.0.1", port: 8090, requestTimeoutMs: 30_000, insecureOpen: false })
  expect(config!.api).toMatchObject({ pageSizeDefault: 50, pageSizeMax: 500, expandDepthMax: 3, batchMax: 500 })
  expect(config!.auth.rateLimit.passwordReset).toEqual({ count: 3, windowMs: 3_600_000 })
  expect(origins.get("server.port")).toEqual({ kind: "default" })
  for (const inner of [config!, config!.server, config!.server.cors.origins, config!.webhooks, config!.auth.oauth]) {
    expect(Object.isFrozen(inner)).toBe(true)
  }
})

test("the snippets of the documents are understood", async () => {
  const { config, problems, notices } = await load(
    {
      "alyx.yaml": `
server: { host: localhost, port: 8080 }
database:
  path: ./data/alyx.db
  turso: { url: "libsql://your-database.turso.io", token: your-auth-token }
auth:
  jwt:
    secret: \${JWT_SECRET}
    access_ttl: 15m
    refresh_ttl: 7d
    issuer: "alyx"
  password: { min_length: 8, require_uppercase: false, require_number: false, require_special: false }
  oauth:
    github:
      client_id: \${GITHUB_CLIENT_ID}
      client_secret: \${GITHUB_CLIENT_SECRET}
      scopes: [user:email]
  rate_limit: { login: 5/minute, register: 3/minute, password_reset: 3/hour }
frontend:
  enabled: true
  root: "/"
  dist: "./frontend/dist"
  source: "./frontend"
  build_command: "npm run build"
  output: "dist"
  dev_proxy: "http://localhost:5173"
webhooks:
  - name: notify-slack
    events: [posts.created, posts.updated]
    url: https://hooks.slack.com/...
    secret: \${WEBHOOK_SECRET}
functions: { max_instances: 10, exec_timeout: 30s, memory_limit: 256MB, min_warm: 1, idle_timeout: 60s }
`,
    },
    {
      env: {
        JWT_SECRET: "j".repeat(32),
        GITHUB_CLIENT_ID: "12345",
        GITHUB_CLIENT_SECRET: "s",
        WEBHOOK_SECRET: "w",
      },
    },
  )

  expect(problems).toEqual([])
  expect(config).toMatchObject({
    auth: {
      jwt: { secret: "j".repeat(32), accessTtlMs: 900_000, refreshTtlMs: 604_800_000 },
      oauth: { github: { clientId: "12345", clientSecret: "s", scopes: ["user:email"], issuer: null } },
      rateLimit: { login: { count: 5, windowMs: 60_000 } },
    },
    functions: { instancesMax: 10, timeoutMs: 30_000, memoryBytes: 268_435_456 },
    webhooks: [{ name: "notify-slack", events: ["posts.created", "posts.updated"], secret: "w" }],
  })
  expect(notices.map(({ at, code, message }) => `${at!.line} ${code} ${message.split(":", 1)[0]}`)).toEqual([
    "5 NOT_BUILT database.turso.url, database.turso.token",
    "20 NOT_BUILT frontend.enabled, frontend.root, frontend.dist and 4 more",
    "27 NOT_BUILT webhooks",
  ])
})

test("everything that is wrong comes at once, each with its place and what was probably meant", async () => {
  const { config, problems } = await load({
    "alyx.yaml": [
      "server:",
      "  prot: 9000",
      "  host: http://localhost",
      '  port: "8090"',
      "  body_limit: 5",
      "  trusted_proxies: [10.0.0.0/8, 10.0.0.0/33]",
      "  compression: yes please",
      "port: 1",
      "api: [1]",
      "database: { durability: ful, cache_size: 1kb }",
      "auth:",
      "  oauth: { Git_Hub!: {}, google: { client_id: a, scope: [x] } }",
      "  jwt: { secret: '${NO_SUCH}' }",
      "webhooks: { a: 1 }",
      "log:",
      "  level:",
    ].join("\n"),
  })

  expect(config).toBeNull()
  expect(
    problems.map(({ at, code, message, next }) => `${at!.line}:${at!.column} ${code} ${message} ${next ?? ""}`.trim()),
  ).toEqual([
    '2:3 UNKNOWN_OPTION There is no option "server.prot". Did you mean "server.port"?',
    "3:9 INVALID_VALUE server.host must be a host name or an IP address, without http:// and without a port.",
    "4:9 WRONG_TYPE server.port must be a whole number from 0 to 65535, written without quotes.",
    "5:15 WRONG_TYPE server.body_limit must be a size such as 512b, 64kb, 10mb or 1gb.",
    "6:33 INVALID_VALUE Each item of server.trusted_proxies must be an IP address or a block such as 10.0.0.0/8.",
    "7:16 WRONG_TYPE server.compression must be true or false.",
    '8:1 UNKNOWN_OPTION There is no option "port". Did you mean "server.port"?',
    "9:6 WRONG_TYPE api must be a map of options.",
    '10:25 INVALID_VALUE database.durability must be one of full, normal. Did you mean "full"?',
    "10:42 OUT_OF_RANGE database.cache_size must be from 1mb to 64gb.",
    "12:12 INVALID_VALUE auth.oauth.Git_Hub!: a name consists of small letters, digits, - and _.",
    "12:26 MISSING_OPTION auth.oauth.google needs client_secret.",
    '12:50 UNKNOWN_OPTION There is no option "auth.oauth.google.scope". Did you mean "auth.oauth.google.scopes"?',
    "13:19 MISSING_VARIABLE auth.jwt.secret needs the variable NO_SUCH, which is not set. Set it in the environment or in .env, or give a default: ${NO_SUCH:-value}",
    "14:11 WRONG_TYPE webhooks must be a list, each item beginning with a dash.",
    "16:9 WRONG_TYPE log.level has no value. Give it one, or remove the line.",
  ])
})

test("a section or an option without a default may be left empty", async () => {
  const { config, problems } = await load({ "alyx.yaml": "server:\nauth:\n  jwt:\n    secret:\n  oauth:\nwebhooks:\n" })

  expect(problems).toEqual([])
  expect(config!.auth.jwt.secret).toBeNull()
})

test("flag, environment, .env.local, .env, alyx.yaml and default: the first that is set wins", async () => {
  const root = await tempFolder()
  const places = ["flag", "environment", ".env.local", ".env", "alyx.yaml"] as const
  await fc.assert(
    fc.asyncProperty(fc.subarray([...places]), async (present) => {
      const port = (place: (typeof places)[number]): number => 9000 + places.indexOf(place)
      const has = (place: (typeof places)[number]): boolean => present.includes(place)
      await writeFile(join(root, ".env.local"), has(".env.local") ? "ALYX_SERVER_PORT=9002\n" : "")
      await writeFile(join(root, ".env"), has(".env") ? "ALYX_SERVER_PORT=9003\n" : "")
      await writeFile(join(root, "alyx.yaml"), has("alyx.yaml") ? "server:\n  port: 9004\n" : "")

      const loaded = loadConfig({
        root,
        env: has("environment") ? { ALYX_SERVER_PORT: "9001" } : {},
        flags: has("flag") ? { "server.port": 9000 } : {},
        mode: "dev",
      })

      const winner = places.find(has)
      expect(loaded.problems).toEqual([])
      expect(loaded.config!.server.port).toBe(winner === undefined ? 8090 : port(winner))
      const said = {
        flag: "--port",
        environment: "ALYX_SERVER_PORT",
        ".env.local": "ALYX_SERVER_PORT in .env.local:1",
        ".env": "ALYX_SERVER_PORT in .env:1",
        "alyx.yaml": "alyx.yaml:2",
      }
      expect(describeOrigin(loaded.origins.get("server.port")!)).toBe(winner === undefined ? "default" : said[winner])
    }),
  )
})

test("${NAME} is looked for in the environment, .env.local and .env, and read as the option's type", async () => {
  const { config, problems } = await load(
    {
      ".env.local": "B=false\nC=7\n",
      ".env": "A=1\nB=true\nC=8\nHOSTS=a.example.com, b.example.com\n",
      "alyx.yaml":
        "server:\n  port: ${A}\n  compression: ${B}\n  max_connections: ${C}\n  hosts: ${HOSTS}\n  cors:\n    origins: ['https://${SUB:-app}.example.com']\n",
    },
    { env: { A: "9999" } },
  )

  expect(problems).toEqual([])
  expect(config!.server).toMatchObject({
    port: 9999,
    compression: false,
    maxConnections: 7,
    hosts: ["a.example.com", "b.example.com"],
    cors: { origins: ["https://app.example.com"] },
  })
})

test("PORT counts below ALYX_SERVER_PORT, above the files, and not inside .env", async () => {
  const files = { "alyx.yaml": "server: { port: 1111 }", ".env": "PORT=2222" }

  expect((await load(files)).config!.server.port).toBe(1111)
  expect((await load(files, { env: { PORT: "3333" } })).config!.server.port).toBe(3333)
  expect((await load(files, { env: { PORT: "3333", ALYX_SERVER_PORT: "4444" } })).config!.server.port).toBe(4444)
  expect((await load(files, { env: { PORT: "" } })).config!.server.port).toBe(1111)
})

test("a wrong variable or flag is named, and an unknown one gives a notice with the nearest", async () => {
  const { problems, notices } = await load(
    { ".env": "X=1\nALYX_LOG_LEVEL=loud\nALYX_SERVR_HOST=x\n" },
    { env: { ALYX_SERVER_PORT: "eighty", ALYX_SERVER_PROT: "1", ALYX_WATCH: "poll" }, flags: { "server.host": "a b" } },
  )

  expect(problems.map(({ message }) => message)).toEqual([
    "--host must be a host name or an IP address, without http:// and without a port.",
    "ALYX_SERVER_PORT must be a whole number from 0 to 65535.",
    "ALYX_LOG_LEVEL must be one of debug, info, warn, error.",
  ])
  expect(problems[2]!.at).toMatchObject({ file: ".env", line: 2 })
  expect(notices.map(({ message, next }) => `${message} ${next}`)).toEqual([
    "The variable ALYX_SERVER_PROT sets nothing. Did you mean ALYX_SERVER_PORT?",
    "The variable ALYX_SERVR_HOST sets nothing. Did you mean ALYX_SERVER_HOST?",
  ])
})

test("a secret may come from a file, and an option that is overridden needs no variable", async () => {
  const root = await tempFolder()
  await writeFile(join(root, "jwt"), `${"k".repeat(40)}\n`)
  await writeFile(join(root, "alyx.yaml"), "auth:\n  jwt:\n    secret: ${JWT_SECRET}\n")

  const found = loadConfig({ root, env: { ALYX_AUTH_JWT_SECRET_FILE: "jwt" }, flags: {}, mode: "start" })
  const missing = loadConfig({ root, env: { ALYX_AUTH_JWT_SECRET_FILE: "/no/such" }, flags: {}, mode: "start" })

  expect(found.problems).toEqual([])
  expect(found.config!.auth.jwt.secret).toBe("k".repeat(40))
  expect(found.files).toEqual(["alyx.yaml", ".env.local", ".env", "jwt"].map((name) => join(root, name)))
  expect(missing.problems.map(({ message }) => message)).toContain(
    "ALYX_AUTH_JWT_SECRET_FILE names the file /no/such, which does not exist.",
  )
})

test("no secret reaches a problem, a notice or an origin", async () => {
  const secret = "hunter2hunter2"
  const { problems, notices, origins } = await load(
    {
      ".env": `ALYX_SECRET_KEY=${secret}\nTOKEN="${secret}\n`,
      "alyx.yaml": `auth:\n  jwt: { secret: ${secret} }\nmetrics: { token: [${secret}] }\ndatabase:\n  turso: { token: "${secret}\${X}" }\nlog: { level: '\${ALYX_SECRET_KEY}' }\n`,
    },
    { env: { ALYX_METRICS_TOKEN: "hunter2", ALYX_SERVER_PORT: secret } },
  )

  expect(problems.length).toBeGreaterThan(4)
  expect(JSON.stringify([problems, notices, [...origins]])).not.toContain("hunter2")
  const secretPlaces = problems.filter(
    ({ at, message }) => at?.file === ".env" || message.startsWith("auth.jwt.secret"),
  )
  expect(secretPlaces.map(({ at }) => sourceExcerpt(`ALYX=${secret}\n`.repeat(9), at!))).toEqual(["", "", ""])
})

test("options that contradict each other are reported where they were set", async () => {
  const { problems } = await load({
    "alyx.yaml": [
      "api: { page_size_default: 100, page_size_max: 50 }",
      "auth: { jwt: { access_ttl: 1d, refresh_ttl: 1h } }",
      "functions: { min_warm: 5, instances_max: 4 }",
      "database: { turso: { token: x } }",
      "webhooks:",
      "  - { name: a, url: https://a.example, events: [posts.*] }",
      "  - { name: a, url: https://b.example, events: [posts.*] }",
      "mail: { smtp: 'smtps://a:b@mail.example' }",
    ].join("\n"),
  })

  expect(lines(problems)).toEqual([
    "alyx.yaml:1:27 CONTRADICTING_OPTIONS",
    "alyx.yaml:2:45 CONTRADICTING_OPTIONS",
    "alyx.yaml:3:24 CONTRADICTING_OPTIONS",
    "alyx.yaml:4:29 CONTRADICTING_OPTIONS",
    "alyx.yaml:7:13 CONTRADICTING_OPTIONS",
    "alyx.yaml:8:15 CONTRADICTING_OPTIONS",
  ])
})

test("asks for the issuer of a provider that is not known, and for https where it is on another machine", async () => {
  const client = "client_id: a, client_secret: b"
  const { problems } = await load({
    "alyx.yaml": [
      "auth:",
      "  oauth:",
      `    acme: { ${client} }`,
      `    plain: { ${client}, issuer: http://login.example.com }`,
      `    near: { ${client}, issuer: "http://127.0.0.1:9000" }`,
      `    google: { ${client} }`,
    ].join("\n"),
  })

  expect(problems.map(({ at, message }) => `${at!.line} ${message}`)).toEqual([
    "3 auth.oauth.acme needs an issuer; without one, these are known: github, google, microsoft, apple, discord.",
    "4 auth.oauth.plain.issuer must begin with https://, since it is not on this machine.",
  ])
})

test("an alias and its key together are one option set twice", async () => {
  const { problems } = await load({ "alyx.yaml": "functions:\n  timeout: 1s\n  exec_timeout: 2s\n" })

  expect(lines(problems)).toEqual(["alyx.yaml:3:3 DUPLICATE_OPTION"])
})

test("words of JavaScript are unknown options, not objects", async () => {
  const { problems } = await load({
    "alyx.yaml":
      "__proto__: { polluted: true }\nconstructor: 1\nserver: { toString: 1 }\nauth: { oauth: { __proto__: { client_id: a } } }\n",
  })

  expect(lines(problems)).toEqual([
    "alyx.yaml:1:1 UNKNOWN_OPTION",
    "alyx.yaml:2:1 UNKNOWN_OPTION",
    "alyx.yaml:3:11 UNKNOWN_OPTION",
    "alyx.yaml:4:18 INVALID_VALUE",
  ])
  expect({}).not.toHaveProperty("polluted")
})

test("the watch option follows the mode, and paths are absolute from the root", async () => {
  const root = await tempFolder()
  const inDev = loadConfig({ root, env: {}, flags: {}, mode: "dev" })
  const inStart = loadConfig({ root, env: {}, flags: { "database.path": "x/y.db" }, mode: "start" })

  expect([inDev.config!.functions.watch, inStart.config!.functions.watch]).toEqual([true, false])
  expect(inDev.config!.database.path).toBe(join(root, "data/alyx.db"))
  expect(inStart.config!.database.path).toBe(join(root, "x/y.db"))
})
