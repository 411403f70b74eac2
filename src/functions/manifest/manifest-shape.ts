import { bool, choice, int, text } from "../../project/options/plain-types.ts"
import { duration, size } from "../../project/options/unit-types.ts"
import { allowedHost } from "./allowed-host.ts"
import { hookShape } from "./hook-shapes.ts"
import { ruleText } from "./rule-text.ts"
import { scheduleShape } from "./schedule-shape.ts"
import type { Members } from "./shape.ts"
import { list, map, value } from "./shape.ts"

/** Names of functions become parts of URLs and of files. */
export const functionNamePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

const variablePattern = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

const functionName = text({
  name: "name",
  lengthMax: 64,
  pattern: functionNamePattern.source,
  check: (name) =>
    functionNamePattern.test(name) ? null : "hold only letters, digits, - and _, and begin with neither - nor _",
})

const secretName = text({
  lengthMax: 128,
  pattern: variablePattern.source,
  check: (name) => (variablePattern.test(name) ? null : "be a name of letters, digits and _"),
})

/** Every key of a manifest. */
export const manifestShape: Members = {
  name: value(functionName, "The function's name; the file's or the folder's when left out."),
  description: value(text({ lengthMax: 2_000 }), "What it does, for the people who read lists of functions."),
  runtime: value(
    text({ lengthMax: 40 }),
    "What runs it: wasm, which is the default; node, js and typescript mean the same.",
  ),
  main: value(
    text({ lengthMax: 500 }),
    "The source file, relative to the folder; src/index.ts, index.ts, src/index.js or index.js when left out.",
  ),
  entry: value(
    text({ lengthMax: 200 }),
    "The exported function of a plug-in; handler, handle or the only one when left out.",
  ),
  timeout: value(duration({ min: "10ms", max: "1h" }), "How long a call may take; functions.timeout when left out."),
  memory: value(
    size({ min: "4mb", max: "4gb" }),
    "How much memory an instance may use; functions.memory when left out.",
  ),
  min_warm: value(
    int({ min: 0, max: 64 }),
    "How many idle instances are kept ready; none, and one after the first call, when left out.",
  ),
  max_concurrency: value(
    int({ min: 1, max: 1_000 }),
    "How many calls run at a time; the others wait. functions.max_concurrency when left out.",
  ),
  idle_timeout: value(
    duration({ min: "1s", max: "1d" }),
    "How long an idle instance is kept; functions.idle_timeout when left out.",
  ),
  isolation: value(
    choice(["instance", "per_call"]),
    "per_call gives every call a fresh instance; with instance, the default, globals survive from one caller to the next.",
  ),
  snapshot: value(bool(), "False evaluates the code whenever an instance is made, not once when it is built."),
  abi: value(
    choice(["extism"]),
    "extism: the plug-in imports nothing but Extism's own functions, so that any Extism host runs it.",
  ),
  allowed_hosts: list(
    value(allowedHost(), "api.stripe.com, *.example.com, or host:port."),
    "The hosts that fetch may reach; private addresses only when written here.",
  ),
  env: {
    kind: "texts",
    about: "Values for ctx.env and process.env; ${NAME} takes one from the environment or .env.",
    namePattern: variablePattern,
  },
  secrets: list(value(secretName, "A name, as set with: alyx secrets set NAME"), "The secrets that it may read."),
  privileged: value(bool(), "May use ctx.asAdmin, SQL, and raw() without limits."),
  access: value(ruleText(), "Who may call it over HTTP: CEL over auth and request. Anyone when left out."),
  http: value(
    bool(),
    "Whether it is served at /api/functions/<name>; with hooks or schedules and without routes it is not, unless this says so.",
  ),
  routes: list(
    map(
      {
        path: value(
          text({ lengthMax: 500 }),
          "Such as /orders/{id} or /files/{rest*}; a method may stand in front: GET /orders/{id}.",
          { required: true },
        ),
        methods: list(
          value(text({ lengthMax: 20 }), "GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS."),
          "The methods; all of them when left out.",
        ),
      },
      "A path that the function answers itself.",
      { short: "path" },
    ),
    "Paths that the function answers itself.",
  ),
  hooks: list(hookShape, "What calls it besides HTTP: changes of documents, sign-ins, webhooks, events."),
  schedules: list(scheduleShape, "When it is called by the clock."),
  schedule: value(text({ lengthMax: 200 }), "A cron expression: the short form of one entry of schedules."),
  build: map(
    {
      command: value(text({ lengthMax: 500 }), "The program, without a shell: extism-js, cargo, npm, tinygo, asc.", {
        required: true,
      }),
      args: list(value(text({ lengthMin: 0, lengthMax: 2_000 }), "One argument."), "Its arguments."),
      watch: list(
        value(text({ lengthMax: 500 }), "Such as src/**/*.rs."),
        "Which files it depends on, relative to the folder; all of them when left out.",
      ),
      output: value(text({ lengthMax: 500 }), "The .wasm that it writes, relative to the folder.", { required: true }),
    },
    "A command that makes the plug-in, in place of Alyx's compiler.",
  ),
}
