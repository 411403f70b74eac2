import { execa } from "execa"

import { builtCli } from "./built-cli.ts"

/** How a command ended, and what it wrote where. */
export interface CommandResult {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface CommandSurroundings {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** What it reads from stdin; nothing is to be read when left out. */
  readonly input?: string
}

/** Tests that are not about access let everyone act as admin (vitest.config.ts); those that are set it to "false". */
const openServer = { ALYX_SERVER_INSECURE_OPEN: process.env["ALYX_SERVER_INSECURE_OPEN"] }

/** Runs `alyx` as a process without a terminal, with none of this machine's settings. */
export async function runAlyx(
  args: readonly string[],
  { cwd, env, input }: CommandSurroundings,
): Promise<CommandResult> {
  const launcher = await builtCli()
  const { exitCode, stdout, stderr } = await execa(process.execPath, [launcher, ...args], {
    cwd,
    env: {
      PATH: process.env["PATH"],
      HOME: cwd,
      TMPDIR: process.env["TMPDIR"],
      LANG: "C.UTF-8",
      // Its home is new: it would compile everything again.
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
      ...openServer,
      ...env,
    },
    extendEnv: false,
    ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    reject: false,
  })
  return { exitCode, stdout, stderr }
}
