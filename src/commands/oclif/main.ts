import { run } from "@oclif/core/run"

import type { AlyxError } from "../../errors.ts"
import { alyxError, isAlyxError } from "../../errors.ts"
import { renderError } from "../../ui/render-error.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import { describeTerminal } from "../../ui/terminal.ts"
import { exitCodeOf } from "./exit-code.ts"

/** Runs one command line and returns what the process ends with. Commands show their own errors; this shows the rest. */
export async function runCommandLine(options: {
  readonly root: string
  readonly argv: readonly string[]
}): Promise<number> {
  const argv = [...options.argv]
  try {
    await run(argv, { root: options.root })
  } catch (thrown) {
    if ((thrown as { code?: string }).code === "EEXIT")
      return (thrown as { oclif?: { exit?: number } }).oclif?.exit ?? 0
    return showError(thrown, argv)
  }
  return Number(process.exitCode ?? 0)
}

function showError(thrown: unknown, argv: readonly string[]): number {
  const { stdin, stdout, stderr, env } = process
  const terminal = describeTerminal({ stdin, stdout, stderr, env, noColor: argv.includes("--no-color") })
  const error = expected(thrown)
  if (argv.includes("--json")) terminal.out.write(`${JSON.stringify({ error: toWireError(error) }, null, 2)}\n`)
  else terminal.err.write(renderError(error, { paint: terminal.err.paint, readText: () => undefined }))
  if (error.code === "INTERNAL" && env["DEBUG"]) terminal.err.write(`${(thrown as Error).stack ?? ""}\n`)
  return exitCodeOf(error)
}

function expected(thrown: unknown): AlyxError {
  if (isAlyxError(thrown)) return thrown
  const message = `This is a bug in Alyx: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  return alyxError("INTERNAL", { message, next: "Run it again with DEBUG=1 to see where.", cause: thrown })
}
