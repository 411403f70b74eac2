import path from "node:path"

import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "threads",
    isolate: false,
    // Most tests wait for processes that they started: more of them at once than there are cores.
    maxWorkers: 3,
    // The processes that tests start from the sources load a hundred files each.
    env: {
      NODE_COMPILE_CACHE: path.resolve("node_modules/.alyx-compile-cache"),
      // Tests that are about access say "false".
      ALYX_SERVER_INSECURE_OPEN: "true",
    },
    // Far above what any test takes: on a busy machine a late test is no failed one.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    disableConsoleIntercept: true,
    coverage: {
      provider: "v8",
      include: ["src/**"],
      // What runs only in processes and threads of its own is not seen from here; its tests look at it from outside.
      exclude: [
        "src/commands/**",
        "src/daemon/main.ts",
        "src/daemon/data/seed/**",
        "src/**/*-worker.ts",
        "src/**/*-process.ts",
      ],
      reporter: ["text-summary", "json-summary"],
    },
  },
})
