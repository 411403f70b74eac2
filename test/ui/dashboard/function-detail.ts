import type { FunctionDetail } from "../../../src/protocol/functions-api.ts"

/** A function that is served, was built and was not called yet, but for what is said otherwise. */
export function functionDetail(name: string, more: Partial<FunctionDetail> = {}): FunctionDetail {
  return {
    name,
    source: `functions/${name}.ts`,
    state: "serving",
    style: "define",
    engine: "alyx",
    hash: "0123456789abcdef",
    bytes: 745_000,
    path: `/api/functions/${name}`,
    routes: [],
    access: null,
    privileged: false,
    input: null,
    output: null,
    limits: {
      timeoutMs: 30_000,
      memoryBytes: 256 * 1024 ** 2,
      minWarm: 0,
      maxConcurrency: 10,
      idleTimeoutMs: 60_000,
      isolation: "instance",
    },
    allowedHosts: [],
    env: [],
    secrets: [],
    lastBuild: { outcome: "built", at: "2026-11-21T08:30:15.000Z", durationMs: 43, error: null },
    calls: { total: 0, failed: 0, p50Ms: null, p99Ms: null, perSecond: Array.from({ length: 60 }, () => 0) },
    ...more,
  }
}
