import { readFile } from "node:fs/promises"
import path from "node:path"

import type { DaemonFile } from "../../src/protocol/admin-api.ts"
import { builtCli } from "./built-cli.ts"
import { endDaemonWithTest } from "./end-daemon.ts"
import { writeProject } from "./running-daemon.ts"
import { tempFolder } from "./temp-folder.ts"
import type { TerminalScreen } from "./terminal-screen.ts"
import { openTerminal } from "./terminal-screen.ts"

/** One collection with one field. */
export const notesSchema = "collections:\n  notes:\n    fields:\n      text: { type: string }\n"

/** `alyx dev` in a terminal. */
export interface OpenDashboard {
  readonly folder: string
  readonly screen: TerminalScreen
  readonly url: string
  readonly daemon: () => Promise<DaemonFile>
}

/** Runs `alyx dev` in a terminal, on a project with one collection; its daemon ends with the test. */
export async function openDashboard(
  options: {
    readonly columns?: number
    readonly rows?: number
    readonly env?: Readonly<Record<string, string>>
    readonly schema?: string
  } = {},
): Promise<OpenDashboard> {
  const { schema = notesSchema, ...terminal } = options
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema })
  endDaemonWithTest(folder)
  const screen = openTerminal({
    command: process.execPath,
    args: [await builtCli(), "dev", "--port", "0"],
    cwd: folder,
    ...terminal,
  })
  await screen.shows(/1 collection/)
  const daemon = async (): Promise<DaemonFile> =>
    JSON.parse(await readFile(path.join(folder, ".alyx/daemon.json"), "utf8")) as DaemonFile
  return { folder, screen, url: (await daemon()).url!, daemon }
}
