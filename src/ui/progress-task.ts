import type { OnProgress, Progress } from "../protocol/progress.ts"
import type { Terminal } from "./terminal.ts"

/** How many characters wide the bar is. */
const barWidth = 24

/**
 * Does long work and shows how far it is on stderr: one line with a bar at a terminal, a line for each new message
 * elsewhere, or nothing. What goes wrong is thrown, and shown by the command.
 */
export async function runWithProgress<Result>(
  title: string,
  work: (onProgress: OnProgress) => Promise<Result>,
  options: { readonly terminal: Terminal; readonly silent: boolean },
): Promise<Result> {
  const { terminal, silent } = options
  if (silent) return work(() => undefined)
  if (terminal.interactive && terminal.err.isTerminal) return runLive(title, work)
  let last = ""
  return work(({ message }) => {
    if (message !== last) terminal.err.write(`${message}\n`)
    last = message
  })
}

async function runLive<Result>(title: string, work: (onProgress: OnProgress) => Promise<Result>): Promise<Result> {
  const { Listr, ListrDefaultRendererLogLevels, ListrLogger, ProcessOutput } = await import("listr2")
  type Levels = (typeof ListrDefaultRendererLogLevels)[keyof typeof ListrDefaultRendererLogLevels]
  // Progress is no data: all of it goes to stderr.
  const logger = new ListrLogger<Levels>({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
  const results: Result[] = []
  const list = new Listr(
    [
      {
        title,
        task: async (_context: unknown, task: { title: string }): Promise<void> => {
          results.push(await work((progress) => void (task.title = `${title}  ${progressLine(progress)}`)))
          task.title = title
        },
      },
    ],
    { renderer: "default", rendererOptions: { logger, showErrorMessage: false }, concurrent: false },
  )
  await list.run()
  return results[0]!
}

/** "████████░░░░░░░░  33 %  Copying posts". */
export function progressLine({ message, ratio }: Progress): string {
  if (ratio === undefined) return message
  const share = Math.min(1, Math.max(0, ratio))
  const full = Math.floor(share * barWidth)
  const percent = String(Math.floor(share * 100)).padStart(3)
  return `${"█".repeat(full)}${"░".repeat(barWidth - full)} ${percent} %  ${message}`
}
