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
  if (!silent && terminal.interactive && terminal.err.isTerminal) return runLiveList(tasks)
  for (const { title, run } of tasks) {
    const result = await run()
    if (!silent) terminal.err.write(`${terminal.err.paint("good", "✓")} ${title}: ${result}\n`)
  }
}

async function runLiveList(tasks: readonly ShownTask[]): Promise<void> {
  const { Listr, ListrDefaultRendererLogLevels, ListrLogger, ProcessOutput } = await import("listr2")
  type Levels = (typeof ListrDefaultRendererLogLevels)[keyof typeof ListrDefaultRendererLogLevels]
  // Progress is no data: all of it goes to stderr.
  const logger = new ListrLogger<Levels>({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
  const list = new Listr(
    tasks.map(({ title, run }) => ({
      title,
      task: async (_context: unknown, task: { title: string }): Promise<void> => {
        task.title = `${title}: ${await run()}`
      },
    })),
    // What went wrong is shown once, by the command.
    { renderer: "default", rendererOptions: { logger, showErrorMessage: false }, concurrent: false },
  )
  await list.run()
}
