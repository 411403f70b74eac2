import type { FunctionManifest } from "../function-manifest.ts"

/** What a function without a manifest has. */
export function defaultManifest(name: string): FunctionManifest {
  return {
    name,
    file: null,
    entry: null,
    timeoutMs: null,
    memoryBytes: null,
    minWarm: null,
    maxConcurrency: null,
    idleTimeoutMs: null,
    isolation: "instance",
    snapshot: true,
    abi: null,
    allowedHosts: [],
    env: {},
    secrets: [],
    privileged: false,
    access: null,
    isHttp: true,
    routes: [],
    hooks: [],
    schedules: [],
    build: null,
  }
}
