/** Modules of Node that functions can have: those that compute and touch nothing outside. */
export const supportedNodeModules = [
  "assert",
  "assert/strict",
  "buffer",
  "crypto",
  "diagnostics_channel",
  "events",
  "os",
  "path",
  "path/posix",
  "path/win32",
  "perf_hooks",
  "process",
  "punycode",
  "querystring",
  "stream",
  "stream/promises",
  "string_decoder",
  "timers",
  "timers/promises",
  "url",
  "util",
  "util/types",
  "zlib",
] as const

/** What to use in place of a module that cannot work. */
const substitutes: Readonly<Record<string, string>> = {
  fs: 'A function has no files: import text with `with { type: "text" }`, and keep data in ctx.db.',
  child_process: "A function cannot start programs.",
  net: "A function has no sockets: use fetch(), and name the host under allowed_hosts.",
  http: "Use fetch(), and name the host under allowed_hosts.",
  async_hooks: "Pass on what belongs to a call: `ctx`, or getContext() of @alyx/functions.",
  worker_threads: "A function is one thread: call another function with ctx.functions.invoke().",
  vm: "Code comes with the function; there is no other.",
  module: "Import what is needed by name, so that it is bundled.",
}

const groups: Readonly<Record<string, string>> = {
  "fs/promises": "fs",
  tls: "net",
  dgram: "net",
  dns: "net",
  "dns/promises": "net",
  https: "http",
  http2: "http",
  cluster: "worker_threads",
  repl: "child_process",
  tty: "child_process",
  readline: "child_process",
}

/** The sentence that says what to do without a module. */
export function substituteFor(module: string): string {
  return substitutes[groups[module] ?? module] ?? "Use another package, or one with a build for browsers or workers."
}
