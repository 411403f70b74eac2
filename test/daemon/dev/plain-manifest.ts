import type { BuildCommand, FunctionManifest } from "../../../src/functions/function-manifest.ts"

/** A manifest that says nothing but what it is given. */
export function manifestOf(name: string, file: string | null, build: BuildCommand | null): FunctionManifest {
  return {
    name,
    file,
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
    build,
  }
}
