import path from "node:path"
import { pathToFileURL } from "node:url"

import type { DaemonOptions } from "../../src/daemon/compose/daemon-options.ts"
import { builtCli } from "./built-cli.ts"

/** The programs that a daemon in this process starts beside itself, as built: as source they take four times as long to start. */
export async function builtPrograms(): Promise<DaemonOptions["programs"]> {
  const dist = pathToFileURL(path.join(path.dirname(await builtCli()), "../dist/daemon/"))
  const program = (name: string): URL => new URL(`${name}.js`, dist)
  return {
    checkpointWorker: program("checkpoint-worker"),
    readerProcess: program("reader-process"),
    seedWorker: program("seed-worker"),
    fakeWorker: program("fake-worker"),
    dataProcess: program("data-process"),
    functionWorker: program("function-worker"),
    buildWorker: program("build-worker"),
  }
}
