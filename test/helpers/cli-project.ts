import { createServer } from "node:net"

import { expect } from "vitest"

import type { DaemonFile } from "../../src/protocol/admin-api.ts"
import { endDaemonWithTest } from "./end-daemon.ts"
import { runAlyx } from "./run-alyx.ts"
import type { CommandResult } from "./run-alyx.ts"
import { writeProject } from "./running-daemon.ts"
import { tempFolder } from "./temp-folder.ts"

/** A project whose daemon, if one is left, is ended with the test. */
export class Project {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  run(...args: string[]): Promise<CommandResult> {
    return runAlyx(args, { cwd: this.folder })
  }

  async start(...args: string[]): Promise<DaemonFile> {
    const flags = args.length > 0 ? args : ["--port", "0"]
    const { exitCode, stdout, stderr } = await this.run("start", "--detach", "--json", ...flags)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
    return (JSON.parse(stdout) as { daemon: DaemonFile }).daemon
  }
}

/** A project with one collection, `notes`. */
export async function makeProject(): Promise<Project> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": "collections:\n  notes:\n    fields:\n      text: { type: string }\n" })
  const project = new Project(folder)
  endDaemonWithTest(folder)
  return project
}

/** A port of the loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
