import { path } from "./address-types.ts"
import { option, section } from "./option.ts"
import { bool, int } from "./plain-types.ts"
import { duration, size } from "./unit-types.ts"

/** Functions, and what they may use. */
export const functionsOptions = section("Functions, and what they may use.", {
  path: option(path(), {
    about: "The folder of the functions.",
    default: "./functions",
    reload: "restart",
  }),
  workers: option(int({ min: 1, max: 256 }), {
    about: "How many threads run functions; without it, one less than the machine has cores.",
    default: null,
    reload: "restart",
  }),
  timeout: option(duration({ min: "10ms", max: "1h" }), {
    about: "How long a call may take, unless the function's manifest says otherwise.",
    default: "30s",
    reload: "live",
    aliases: ["exec_timeout"],
  }),
  memory: option(size({ min: "4mb", max: "4gb" }), {
    about: "How much memory an instance may use, unless the function's manifest says otherwise.",
    default: "256mb",
    reload: "live",
    aliases: ["memory_limit"],
  }),
  min_warm: option(int({ min: 0, max: 64 }), {
    about: "How many idle instances of a function are kept ready.",
    default: 0,
    reload: "live",
  }),
  instances_max: option(int({ min: 1, max: 4_096 }), {
    about: "How many instances of all functions there are at most; the one idle longest makes room.",
    default: 64,
    reload: "live",
    aliases: ["max_instances"],
  }),
  max_concurrency: option(int({ min: 1, max: 1_000 }), {
    about: "How many calls of one function run at a time, unless its manifest says otherwise; the others wait.",
    default: 10,
    reload: "live",
  }),
  queue_max: option(int({ min: 0, max: 10_000 }), {
    about: "How many calls of one function may wait; beyond that the answer is 503 with Retry-After.",
    default: 100,
    reload: "live",
  }),
  idle_timeout: option(duration({ min: "1s", max: "1d" }), {
    about: "How long an idle instance is kept.",
    default: "60s",
    reload: "live",
  }),
  watch: option(bool(), {
    about: "Builds a function again when its source changes.",
    default: true,
    startDefault: false,
    reload: "restart",
  }),
})
