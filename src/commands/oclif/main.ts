import { run } from "@oclif/core/run"

import { renderError } from "../../ui/render-error.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import { describeTerminal } from "../../ui/terminal.ts"
import { exitCodeOf } from "./exit-code.ts"
import { flagsBehindCommand } from "./flags-first.ts"
import { bugStack, earlyExitCode, shownError } from "./shown-error.ts"

/** Runs one command line and returns what the process ends with. Commands show their own errors; this shows the rest. */
export async function runCommandLine(options: {
  readonly root: string
  readonly argv: readonly string[]
}): Promise<number> {
  try {
    await run([...flagsBehindCommand(options.argv)], { root: options.root })
  } catch (thrown) {
    return earlyExitCode(thrown) ?? showError(thrown, options.argv)
  }
  return Number(process.exitCode ?? 0)
}

function showError(thrown: unknown, argv: readonly string[]): number {
  const { stdin, stdout, stderr, env } = process
  const { out, err, asRunHere } = describeTerminal({ stdin, stdout, stderr, env, noColor: argv.includes("--no-color") })
  const error = shownError(thrown)
  if (argv.includes("--json")) out.write(`${JSON.stringify({ error: toWireError(error) }, null, 2)}\n`)
  else {
    err.write(asRunHere(renderError(error, { paint: err.paint, readText: () => undefined })) + bugStack(error, env))
  }
  return exitCodeOf(error)
}
