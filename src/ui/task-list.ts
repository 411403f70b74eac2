import { Listr, ListrLogger, ProcessOutput } from "listr2"

import type { Terminal } from "./terminal.ts"

/** One step of a longer work. What it returns is shown behind its title. */
export interface ShownTask {
  readonly title: string
  readonly run: () => Promise<string>
}

/** Runs tasks one after the other and shows how far they are: a live list at a terminal, lines elsewhere, or nothing. */
export async function runTasks(
  tasks: readonly ShownTask[],
  options: { readonly terminal: Terminal; readonly silent: boolean },
): Promise<void> {
  const { terminal, silent } = options
  // Progress is no data: all of it goes to stderr.
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
  const shown = terminal.interactive && terminal.err.isTerminal ? "default" : "simple"
  const list = new Listr(
    tasks.map(({ title, run }) => ({
      title,
      task: async (_context: unknown, task: { title: string }): Promise<void> => {
        task.title = `${title}: ${await run()}`
      },
    })),
    { renderer: silent ? "silent" : shown, rendererOptions: { logger }, concurrent: false },
  )
  await list.run()
}
