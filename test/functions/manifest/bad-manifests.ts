/** Manifests that are wrong, each with everything that is said of it: `line:column CODE message next`. */
export const badManifests: readonly {
  readonly name: string
  readonly yaml: string
  readonly problems: readonly string[]
}[] = [
  {
    name: "a key that does not exist",
    yaml: "timout: 10s",
    problems: [`1:1 UNKNOWN_KEY There is no key "timout". Did you mean "timeout"?`],
  },
  {
    name: "a route with braces in a list in brackets",
    yaml: "routes: [GET /h/{id}]",
    problems: [
      '1:17 YAML_SYNTAX A value that holds { must be in quotes. The parser says: Missing , or : between flow sequence items. As in ["GET /orders/{id}"]; on a line of its own, - GET /orders/{id}, it needs none.',
    ],
  },
  {
    name: "a variable in a map in braces",
    yaml: "env: { SHOP: ${SHOP_NAME} }",
    problems: [
      '1:15 YAML_SYNTAX A value that holds { must be in quotes. The parser says: Unexpected flow-map-start at node end. As in { SHOP: "${SHOP_NAME}" }; on a line of its own, SHOP: ${SHOP_NAME}, it needs none.',
    ],
  },
  {
    name: "values out of range or of another kind",
    yaml: 'timeout: 5\nmemory: 1kb\nmin_warm: many\nisolation: percall\nprivileged: "yes"\nmax_concurrency:',
    problems: [
      "1:10 WRONG_TYPE timeout must be a duration such as 250ms, 30s, 15m, 24h or 7d.",
      "2:9 OUT_OF_RANGE memory must be from 4mb to 4gb.",
      "3:11 WRONG_TYPE min_warm must be a whole number from 0 to 64.",
      `4:12 INVALID_VALUE isolation must be one of instance, per_call. Did you mean "per_call"?`,
      "5:13 WRONG_TYPE privileged must be true or false.",
      "6:17 WRONG_TYPE max_concurrency has no value. Give it one, or remove the line.",
    ],
  },
  {
    name: "another language without a command",
    yaml: "runtime: python",
    problems: [
      "1:10 BUILD_MISSING runtime python needs build.command: Alyx itself compiles JavaScript and TypeScript only. " +
        "Add build: with a command that makes an Extism plug-in (such as extism-py), its args, and the .wasm as output.",
    ],
  },
  {
    name: "a runtime that does not exist",
    yaml: "runtime: nod",
    problems: [
      `1:10 INVALID_VALUE There is no runtime "nod". Did you mean "node"? Alyx itself compiles JavaScript and TypeScript: wasm, node, js or typescript.`,
    ],
  },
  {
    name: "a name that is none",
    yaml: "name: create post",
    problems: ["1:7 INVALID_VALUE name must hold only letters, digits, - and _, and begin with neither - nor _."],
  },
  {
    name: "access that mentions a document, and a member that does not exist",
    yaml: `access: doc.owner == auth.id || auth.rol == "admin"`,
    problems: [
      "1:9 RULE_PLACE doc is a document, and there is none where a function is called. Here are: auth, request.",
      `1:38 RULE_NAME_UNKNOWN auth has no member "rol". Did you mean "role"? auth has: id, email, role, verified, metadata.`,
    ],
  },
  {
    name: "access that is no condition",
    yaml: "access: 1 + 1",
    problems: [
      '1:9 RULE_TYPE A rule must be true or false; this one is int. Ask who calls and how, in CEL: auth.role == "admin", auth.id != null, request.method == "GET".',
    ],
  },
  {
    name: "routes of every wrong kind, and a good one between them",
    yaml: "routes:\n  - GTE /orders/{id}\n  - /api/collections/x\n  - GET /fine\n  - /a/{rest*}/b\n  - orders\n  - path: /x/{a}/{a}\n  - methods: [GET]",
    problems: [
      `2:5 INVALID_VALUE There is no method GTE. Did you mean "GET"?`,
      "3:5 ROUTE_TAKEN The route /api/collections/x stands in /api/collections, which Alyx itself answers. Choose another path.",
      "5:5 ROUTE_INVALID The route /a/{rest*}/b has {rest*} before its end: what takes the rest comes last. Write it like /orders/{id} or /files/{rest*}.",
      "6:5 ROUTE_INVALID The route orders must begin with a slash. Write it like /orders/{id} or /files/{rest*}.",
      "7:5 ROUTE_INVALID The route /x/{a}/{a} has two parameters of the name a. Write it like /orders/{id} or /files/{rest*}.",
      "8:5 MISSING_KEY routes[6] needs path. Such as /orders/{id} or /files/{rest*}; a method may stand in front: GET /orders/{id}.",
    ],
  },
  {
    name: "variables that are missing or malformed",
    yaml: "env:\n  KEY: ${NOPE}\n  OTHER: 'a ${'\n  1X: y",
    problems: [
      "2:8 MISSING_VARIABLE env.KEY needs the variable NOPE, which is not set. Set it in the environment or in .env, or give a default: ${NOPE:-value}",
      "3:13 INVALID_INTERPOLATION env.OTHER: `${` has no closing brace; `$${` writes it as it is.",
      "4:3 INVALID_VALUE env.1X: a name holds letters, digits and _, and does not begin with a digit.",
    ],
  },
  {
    name: "hooks",
    yaml: "hooks:\n  - type: databse\n  - type: database\n    action: upsert\n  - type: auth\n    action: [signup, signin]\n  - type: webhook\n    verification: { type: hmac-md5, header: X, secret: abc }\n  - source: users",
    problems: [
      `2:11 INVALID_VALUE hooks[0].type must be one of database, auth, webhook, event. Did you mean "database"?`,
      "3:5 MISSING_KEY hooks[1] needs source. The collection.",
      '4:13 INVALID_VALUE hooks[1].action must be one of insert, update, delete. Did you mean "insert"?',
      '6:22 INVALID_VALUE hooks[2].action[1] must be one of signup, login, logout, password_reset, email_verify. Did you mean "signup"?',
      "8:27 INVALID_VALUE hooks[3].verification.type must be one of hmac-sha256, hmac-sha1.",
      "9:5 MISSING_KEY hooks[4] needs type: one of database, auth, webhook, event.",
    ],
  },
  {
    name: "schedules",
    yaml:
      "schedules:\n  - { name: a, type: cron, expression: '0 2 30 2 *' }\n  - { name: a, type: interval, expression: 5 minutes }\n" +
      "  - { name: b, type: one_time, expression: tomorrow }\n  - { name: c, type: cron, expression: '0 25 * * *', timezone: Mars/Olympus }\n" +
      "  - { name: d, type: interval, expression: 100ms }\n  - { name: nightly, cron: '0 3 * * *' }",
    problems: [
      `2:5 SCHEDULE_INVALID The schedule a: "0 2 30 2 *" never comes due. Five fields: minute, hour, day of the month, month, day of the week, such as "0 2 * * *" for every day at two.`,
      "3:5 NAME_TAKEN Two schedules have the name a. Rename one of them.",
      `3:5 SCHEDULE_INVALID The schedule a: "5 minutes" is no duration. Write a duration of at least a second, such as 30s, 5m or 1h.`,
      `4:5 SCHEDULE_INVALID The schedule b: "tomorrow" is no time with a time zone. Write a time of RFC 3339, such as 2026-01-25T15:00:00Z.`,
      `5:5 SCHEDULE_INVALID The schedule c: "0 25 * * *" is no cron expression. Five fields: minute, hour, day of the month, month, day of the week, such as "0 2 * * *" for every day at two.`,
      "5:64 INVALID_VALUE schedules[3].timezone must be a time zone such as Europe/Berlin or UTC.",
      "6:5 SCHEDULE_INVALID The schedule d: the interval is shorter than a second. Write a duration of at least a second, such as 30s, 5m or 1h.",
      "7:5 MISSING_KEY schedules[5] needs type. How the expression is read.",
      '7:5 MISSING_KEY schedules[5] needs expression. cron: "0 2 * * *"; interval: 5m, 1h, 30s; one_time: 2026-01-25T15:00:00Z.',
      `7:22 UNKNOWN_KEY There is no key "schedules[5].cron". Here are: name, type, expression, timezone, enabled, config.`,
    ],
  },
  {
    name: "build and hosts",
    yaml: "build: make\nallowed_hosts: ['https://api.stripe.com/v1', api.stripe.com]",
    problems: [
      "1:8 WRONG_TYPE build must be a map. Keys: command, args, watch, output.",
      "2:17 INVALID_VALUE allowed_hosts[0] must be a host such as api.stripe.com, without http:// and without a path.",
    ],
  },
  {
    name: "a build without its output",
    yaml: "build: { command: make }",
    problems: ["1:8 MISSING_KEY build needs output. The .wasm that it writes, relative to the folder."],
  },
  {
    name: "no map at all",
    yaml: "- name: x",
    problems: ["1:1 WRONG_TYPE A manifest must be a map, such as `timeout: 10s`."],
  },
  {
    name: "YAML that is broken",
    yaml: "env: { A: ${B}",
    problems: [],
  },
]
