import type { ReleaseStack } from "../../lib/release-stack.ts"
import { projectPaths } from "../../project/paths.ts"
import type { DataService } from "../data/data-service.ts"
import { ExecutionLog } from "../executions/execution-log.ts"
import type { FunctionHost } from "../host/function-host.ts"
import type { Functions } from "../functions/create-functions.ts"
import type { EndedInvocation } from "../functions/functions.ts"
import { endedCalls } from "../functions/ended-calls.ts"
import { FunctionMetrics } from "../functions/function-metrics.ts"
import type { HttpApp } from "../http/app.ts"
import type { FunctionEdge } from "../http/function-edge.ts"
import type { RecordParts } from "../records/records.ts"
import { keyFilePath } from "../secrets/key-file.ts"
import { redactorOf } from "../secrets/redactor.ts"
import { SecretStore } from "../secrets/secret-store.ts"
import { SecretVariables } from "../secrets/secret-variables.ts"
import { FunctionLoading } from "./function-loading.ts"
import { LateFunctions } from "./late-functions.ts"
import type { Parts } from "./open-parts.ts"

/** What functions reach of the daemon around them. */
export interface FunctionSurroundings {
  readonly records: RecordParts
  readonly data: DataService
  /** Their requests to the server itself. */
  readonly dispatch: HttpApp["dispatch"]
  /** The server's own address; null where no port is open. */
  readonly url: () => string | null
}

/** Functions, as the rest of the daemon uses them. */
export interface OpenedFunctions extends FunctionEdge {
  readonly loader: FunctionLoading
  /** Ends the calls under way, which are told that the server stops. */
  endCalls(): void
  /** For after the database was replaced: secrets that were set stay set. Never rejects. */
  carryOverSecrets(): Promise<void>
}

/** Calls that run when the daemon ends get so much of server.drain_timeout; their requests were drained before. */
const drainShare = 0.25

/**
 * Makes what holds functions, their secrets and the log of their calls. What finds, builds and runs functions is loaded when
 * the folder has one.
 */
export async function openFunctions(
  parts: Parts,
  surroundings: FunctionSurroundings,
  release: ReleaseStack,
): Promise<OpenedFunctions> {
  const { options, config, database, schemas, clock, logger, activity } = parts
  const executions = new ExecutionLog({ database, onWarning: (message, facts) => logger.warn(message, facts) })
  release.push("execution log", () => executions.stop())
  const secrets = new SecretStore({
    database,
    clock,
    logger,
    configuredKey: config.current.secretKey,
    keyFile: () => keyFilePath(database.path),
  })
  await secrets.start()
  const metrics = new FunctionMetrics()
  const variables = new SecretVariables()
  const hiddenValues = (): readonly string[] => [...secrets.values(), ...variables.values()]
  const tellEnded = endedCalls({ executions, activity, redactor: redactorOf({ values: hiddenValues }, schemas) })
  const endListeners = new Set<(ended: EndedInvocation) => void>()
  let host: FunctionHost | undefined

  const functions = new LateFunctions(async (): Promise<Functions> => {
    const [{ createFunctions }, { FunctionHost: Host }, { resolveBySystem }] = await Promise.all([
      import("../functions/create-functions.ts"),
      import("../host/function-host.ts"),
      import("../host/outgoing/system-resolver.ts"),
    ])
    const made = createFunctions({
      config: () => config.current.functions,
      workerUrl: options.programs.functionWorker,
      dev: options.mode === "dev",
      clock,
      logger,
      host: () => host!,
      bodyLimitBytes: () => config.current.server.bodyLimitBytes,
      onEnded(ended) {
        metrics.observe(ended)
        tellEnded(ended)
        for (const listener of endListeners) listener(ended)
      },
      onRefused: metrics.refuse,
    })
    host = new Host({
      ...surroundings,
      database,
      secrets,
      functions: () => made.service,
      resolve: resolveBySystem,
    })
    return made
  })
  functions.onChange(() => {
    variables.follow(functions.registry.all.map(({ served }) => served?.source.manifest.env ?? {}))
  })
  release.push("functions", async () => {
    await functions.made?.stop(config.current.server.drainTimeoutMs * drainShare)
    host?.stop()
  })

  const loader = new FunctionLoading({
    root: options.root,
    functionsDir: config.current.functions.path,
    builtDir: projectPaths(options.root).builtFunctionsDir,
    buildWorker: options.programs.buildWorker,
    env: options.env,
    functions,
    schema: () => (schemas.isReady ? schemas.current : null),
    activity,
    logger: logger.lines,
  })
  release.push("builds of functions", () => loader.stop())

  return {
    loader,
    endCalls: () => functions.made?.endCalls(),
    carryOverSecrets: () =>
      secrets.carryOver().catch((error: unknown) => {
        logger.error("The secrets of functions could not be kept; set them again with alyx secrets set.", { error })
      }),
    registry: functions.registry,
    service: functions.service,
    executions,
    secrets,
    get sources() {
      return loader.sources.map(({ source }) => source)
    },
    callsOf: (name) => functions.callsOf(name),
    limitsOf: (manifest) => functions.limitsOf(manifest),
    reload: (names) => loader.reload(names),
    // What went wrong is in the log; those who wait for functions find none.
    loaded: () => loader.loaded().catch(() => undefined),
    onChange: (listener) => functions.onChange(listener),
    root: options.root,
    onEnded(listener) {
      endListeners.add(listener)
      return () => endListeners.delete(listener)
    },
    requireNoTransaction: (invocation) => host?.requireNoTransaction(invocation),
    // Only a call that runs gets so far, and none runs before the host is there.
    hostCall: (invocation, operation) => host!.call(invocation, operation, new Uint8Array()),
    metricsText: () => metrics.text(functions.service.stats()),
  }
}
