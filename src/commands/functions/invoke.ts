import { text } from "node:stream/consumers"

import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import { DaemonClient } from "../../client/daemon-client.ts"
import { requireDaemon } from "../../client/find-daemon.ts"
import { invokeFunction } from "../../client/function-calls.ts"
import { alyxError } from "../../errors.ts"
import { findJsonFault } from "../../lib/json-syntax.ts"
import type { InvokeResponse } from "../../protocol/functions-api.ts"
import { renderCall, renderOutput, renderTurn } from "../../ui/functions/invoke-text.ts"
import { renderLogEntry } from "../../ui/log-line.ts"
import { BaseCommand } from "../base-command.ts"

const interruptedCode = 130

/** What is called, again and again with `--watch`. */
interface Call {
  readonly client: DaemonClient
  readonly name: string
  readonly input: unknown
  /** Undefined for the admin who asks. */
  readonly as: string | undefined
}

/** `alyx functions invoke`. */
export default class FunctionsInvoke extends BaseCommand {
  static override summary = "Call a function, and show what it answers and logs."
  static override description =
    "It is called as an admin, or as whom --as names, also where it is not served over HTTP. The answer is JSON on stdout; log lines, the time it took and errors are beside it. A call that fails ends with exit code 1. With --json the answer, the logs and the facts are one object, and with --watch as well one line of JSON a call (NDJSON); a build that fails is said on stderr."
  static override examples = [
    "alyx functions invoke hello",
    `alyx functions invoke create-post '{"title":"First"}'`,
    "alyx functions invoke report - < input.json",
    "alyx functions invoke my-posts --as grace@example.com",
    `alyx functions invoke create-post '{"title":"First"}' --watch`,
  ]
  static override args = {
    name: Args.string({ description: "The function.", required: true }),
    input: Args.string({
      description:
        "Its input, as JSON; - reads it from stdin. Without it there is none, which a function that takes an object sees as {}.",
    }),
  }
  static override flags = {
    as: Flags.string({
      summary: "Call it as somebody: the id or address of an account, key:<id or name> of an API key, or anonymous.",
      helpValue: "<who>",
    }),
    watch: Flags.boolean({ default: false, summary: "Call it again each time it was built, until Ctrl-C." }),
  }

  override async run(): Promise<InvokeResponse | undefined> {
    const { args, flags } = await this.parse(FunctionsInvoke)
    const paths = this.project()
    const input = parseInput(args.input === "-" ? await text(process.stdin) : args.input)
    const call = { client: new DaemonClient(await requireDaemon(paths)), name: args.name, input, as: flags.as }
    if (flags.watch) return this.#watch(call)
    const answer = await invokeFunction(call.client, call)
    this.#show(answer)
    if (answer.error !== null) process.exitCode = 1
    return answer
  }

  /** The log is opened before the first call, so that no build is missed. */
  async #watch(call: Call): Promise<undefined> {
    const interrupted = new AbortController()
    const interrupt = (): void => interrupted.abort()
    process.once("SIGINT", interrupt)
    try {
      const entries = call.client.logs({ tail: 0, follow: true, kinds: ["build"], signal: interrupted.signal })
      let turn = 1
      // The stream says nothing until something is built, so the first call does not wait for it.
      let next = entries.next()
      await this.#callOnce(call, turn)
      for (let got = await next; got.done !== true; got = await next) {
        next = entries.next()
        if (got.value.kind !== "build" || got.value.name !== call.name) continue
        const said = this.#entryText(got.value)
        // Where stdout is lines of JSON, only what keeps the next call from coming is said beside them.
        if (!this.jsonEnabled()) this.notice(said)
        else if (got.value.outcome !== "built") this.terminal.err.write(`${said.trimEnd()}\n`)
        if (got.value.outcome === "built") await this.#callOnce(call, (turn += 1))
      }
    } finally {
      process.off("SIGINT", interrupt)
    }
    if (interrupted.signal.aborted) process.exitCode = interruptedCode
    else this.notice("The daemon has ended.")
    return undefined
  }

  async #callOnce(call: Call, turn: number): Promise<void> {
    const answer = await invokeFunction(call.client, call)
    if (this.jsonEnabled()) {
      this.terminal.out.write(`${JSON.stringify(answer)}\n`)
      return
    }
    this.notice(renderTurn(turn, this.terminal.err.paint))
    this.#show(answer)
  }

  #show(answer: InvokeResponse): void {
    const output = renderOutput(answer)
    this.notice(renderCall(answer, { paint: this.terminal.err.paint, readText: this.readProjectFile }))
    if (output !== undefined) this.print(output)
  }

  #entryText(entry: Parameters<typeof renderLogEntry>[0]): string {
    return renderLogEntry(entry, { paint: this.terminal.err.paint, readText: this.readProjectFile })
  }

  /** With --watch every call has written its line already. */
  override logJson(json: unknown): void {
    if (json !== undefined) super.logJson(json)
  }
}

function parseInput(written: string | undefined): unknown {
  if (written === undefined || written.trim() === "") return undefined
  try {
    return JSON.parse(written) as unknown
  } catch (error) {
    const fault = findJsonFault(written)
    const place = fault === null ? "" : ` At line ${fault.line}, column ${fault.column}, expected ${fault.expected}.`
    throw alyxError("USAGE", {
      message: `The input is no JSON.${place}`,
      next: `Put it in single quotes, as in: alyx functions invoke create-post '{"title":"First"}'`,
      cause: error,
    })
  }
}
