import path from "node:path"

import { onTestFinished } from "vitest"

import { FunctionLoading } from "../../../src/daemon/compose/function-loading.ts"
import { LateFunctions } from "../../../src/daemon/compose/late-functions.ts"
import type { BuildEntry } from "../../../src/protocol/admin-api.ts"
import { createLogger } from "../../../src/lib/logger.ts"
import { openFunctions } from "../functions/functions-fixture.ts"

export const silent = createLogger({ level: "silent", format: "json", destination: { write: () => undefined } })

/** Loads the functions of a project, without a daemon around it. */
export interface OpenedLoading {
  readonly loading: FunctionLoading
  /** What was told of builds, as `name outcome`; once. */
  readonly newlyTold: () => string[]
  /** Resolves when something is told that was not taken yet. */
  readonly toldMore: () => Promise<void>
}

/** Opens the loading of a project's functions; it ends with the test. */
export function openLoading(root: string): OpenedLoading {
  const told: string[] = []
  let wake: (() => void) | undefined
  const made = openFunctions()
  const loading = new FunctionLoading({
    root,
    functionsDir: path.join(root, "functions"),
    builtDir: path.join(root, ".alyx/functions"),
    buildWorker: new URL("../../../src/functions/build-worker.ts", import.meta.url),
    env: {},
    functions: new LateFunctions(() => Promise.resolve(made)),
    schema: () => null,
    activity: {
      build({ name, outcome }: Pick<BuildEntry, "name" | "outcome">) {
        told.push(`${name} ${outcome}`)
        wake?.()
      },
    },
    logger: silent,
  })
  onTestFinished(() => loading.stop())
  return {
    loading,
    newlyTold: () => told.splice(0).toSorted(),
    async toldMore() {
      while (told.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    },
  }
}
