/** What may import what, as data: DESIGN of the folders. `errors` and `lib` are added to every other row. */
const rows: Record<string, { may: string[]; why: string }> = {
  lib: { may: [], why: "lib knows nothing of Alyx" },
  errors: { may: ["lib"], why: "the error table stands below everything" },
  schema: { may: [], why: "the schema language is pure" },
  protocol: { may: [], why: "what is said over the wire depends on nobody" },
  rules: { may: ["schema"], why: "rules are judged by a schema and nothing else" },
  project: { may: ["schema", "rules"], why: "the user's folder is schema with its rules, configuration and paths" },
  functions: {
    may: ["schema", "rules", "project"],
    why: "functions as files: found, described and built without a daemon",
  },
  codegen: {
    may: ["schema", "rules", "functions", "project"],
    why: "what is made from a schema knows neither the daemon nor a terminal",
  },
  client: { may: ["project", "protocol"], why: "the command line's end of the wire" },
  doctor: {
    may: ["schema", "project", "protocol", "client"],
    why: "what is looked at on the person's machine, without saying how it is shown",
  },
  ui: { may: ["client", "doctor", "project", "protocol", "schema"], why: "screens show what a client hears" },
  commands: {
    may: ["schema", "rules", "functions", "project", "codegen", "protocol", "client", "doctor", "ui"],
    why: "commands parse flags, call one thing and render; they never import the daemon",
  },
}

/** Inside src/daemon a folder imports folders of the levels above it in this list, never beside or below. */
const daemonLevels: string[][] = [
  [
    "daemon/service",
    "daemon/caller",
    "daemon/signals",
    "daemon/schema-holder",
    "daemon/activity",
    "daemon/request-trace",
  ],
  ["daemon/callers"],
  ["daemon/storage"],
  ["daemon/secrets"],
  ["daemon/executions"],
  ["daemon/auth", "daemon/functions"],
  ["daemon/records"],
  ["daemon/served"],
  ["daemon/data"],
  ["daemon/realtime", "daemon/host"],
  ["daemon/http"],
  ["daemon/dev", "daemon/status"],
  ["daemon/daemon-log", "daemon/log-output", "daemon/log-crashes"],
  ["daemon/compose"],
  ["daemon/daemon"],
  ["daemon/main"],
]

const daemonMay = ["schema", "rules", "functions", "project", "codegen", "protocol"]

function withDaemon(): Record<string, { may: string[]; why: string }> {
  const all = { ...rows }
  const above: string[] = []
  for (const level of daemonLevels) {
    for (const folder of level)
      all[folder] = { may: [...daemonMay, ...above], why: "daemon folders import only levels above" }
    above.push(...level)
  }
  return all
}

/** The whole table, by folder. */
export const importRules: Record<string, { may: string[]; why: string }> = Object.fromEntries(
  Object.entries(withDaemon()).map(([folder, rule]) => [
    folder,
    folder === "lib" || folder === "errors" ? rule : { ...rule, may: [...rule.may, "errors", "lib"] },
  ]),
)

/** Packages that one folder owns. */
export const packageOwners: Record<string, string[]> = {
  "node:sqlite": ["src/daemon/storage/"],
  kysely: ["src/daemon/storage/"],
  fastify: ["src/daemon/http/"],
  chokidar: ["src/daemon/dev/"],
  ink: ["src/ui/"],
  react: ["src/ui/"],
  "@clack/prompts": ["src/ui/", "src/commands/"],
  listr2: ["src/ui/", "src/commands/"],
  handlebars: ["src/lib/template.ts"],
  yaml: ["src/lib/"],
  pino: ["src/lib/logger.ts"],
  "csv-parse": ["src/project/", "src/daemon/data/", "src/commands/"],
  "csv-stringify": ["src/daemon/data/"],
  "@faker-js/faker": ["src/daemon/data/"],
  "prom-client": ["src/daemon/http/"],
  "@extism/extism": ["src/daemon/functions/"],
  croner: ["src/functions/", "src/daemon/scheduler/"],
  esbuild: ["src/functions/"],
  execa: ["src/functions/", "src/client/"],
  "@jridgewell/trace-mapping": ["src/functions/"],
  "@marcbachmann/cel-js": ["src/rules/"],
  re2js: ["src/schema/"],
  jose: ["src/daemon/auth/"],
  "openid-client": ["src/daemon/auth/"],
  nodemailer: ["src/daemon/auth/"],
  ws: ["src/daemon/realtime/", "src/client/"],
}

/** Names that say nothing about what a file does. */
export const bannedFileNames = ["utils", "util", "helpers", "common", "misc", "manager", "types", "index"]

/** Words that must not stand in the sources, with what to do instead. */
export const bannedWords: { word: RegExp; only?: string[]; instead: string }[] = [
  { word: /\b(TODO|FIXME|XXX|HACK)\b/, instead: "do it, or write it down where others look" },
  { word: /@ts-ignore|@ts-nocheck/, instead: "mend the type" },
  { word: /\b(test|it|describe)\.(only|todo)\b/, only: ["test/"], instead: "run all tests" },
  { word: /\bnamespace (?!WebAssembly )[A-Z]|\benum [A-Z]/, only: ["src/"], instead: "use modules and unions" },
]

/** Hand-written files that may be longer than 400 lines, since they are tables of data. */
export const dataTables = ["test/schema/bad-schemas.ts"]
