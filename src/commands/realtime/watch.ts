import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import { DaemonClient } from "../../client/daemon-client.ts"
import { requireDaemon } from "../../client/find-daemon.ts"
import type { LiveView } from "../../client/live-view.ts"
import { alyxError } from "../../errors.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import { liveLimits } from "../../protocol/realtime-api.ts"
import type { LiveQueryRequest } from "../../protocol/realtime-api.ts"
import type { SchemaJson } from "../../schema/schema-json.ts"
import type { LiveOutput } from "../../ui/live/live-output.ts"
import { BaseCommand } from "../base-command.ts"

const interruptedCode = 130

/** `alyx realtime watch`. */
export default class RealtimeWatch extends BaseCommand {
  static override summary = "Follow a query, and show its documents as they change."
  static override description =
    "Follows as the owner of the project, who may read everything, or with --token as somebody else. At a terminal it is a table: what is new is green, what changed yellow, what has gone red. Elsewhere it is a line for each document, and with --json a line of JSON for each message (NDJSON). A connection that is lost is taken up again. Ctrl-C ends it."
  static override examples = [
    "alyx realtime watch posts",
    "alyx realtime watch posts --filter published:eq:true --sort -created_at --limit 20",
    "alyx realtime watch posts --fields title,published",
    `alyx realtime watch posts --filter '{"views":{"$gt":100}}' --expand author`,
    "alyx realtime watch posts --json | jq .changes",
  ]
  static override args = {
    collection: Args.string({ description: "The collection.", required: true }),
  }
  static override flags = {
    filter: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "<filter>",
      summary: "As in lists (field:op:value), may be repeated; or one object as in live queries.",
    }),
    sort: Flags.string({ helpValue: "<fields>", summary: "As in lists: -created_at,title." }),
    limit: Flags.integer({
      min: 1,
      max: liveLimits.limitMax,
      helpValue: "<count>",
      summary: `How many documents are followed; ${liveLimits.limitDefault} where left out.`,
    }),
    expand: Flags.string({
      helpValue: "<relations>",
      summary: "Relations whose documents come along: author,comments.",
    }),
    fields: Flags.string({
      helpValue: "<fields>",
      summary: "Only these fields: title,published. The primary key is always among them.",
    }),
    token: Flags.string({
      env: "ALYX_TOKEN",
      helpValue: "<token>",
      summary: "Follow as whoever this access token or API key belongs to.",
    }),
  }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RealtimeWatch)
    const query: LiveQueryRequest = {
      collection: args.collection,
      ...(flags.filter === undefined ? {} : { filter: readFilter(flags.filter) }),
      ...(flags.sort === undefined ? {} : { sort: flags.sort }),
      ...(flags.limit === undefined ? {} : { limit: flags.limit }),
      ...(flags.expand === undefined ? {} : { expand: flags.expand }),
      ...(flags.fields === undefined ? {} : { fields: flags.fields }),
    }
    const daemon = await requireDaemon(this.project())
    const primary = await primaryOf(new DaemonClient(daemon), args.collection)
    const output = await this.#output(args.collection, primary)
    const { followQuery } = await import("../../client/realtime-client.ts")
    const interrupted = new AbortController()
    const interrupt = (): void => interrupted.abort()
    process.once("SIGINT", interrupt)
    try {
      const events = followQuery({
        address: { socketPath: daemon.socketPath },
        query,
        ...(flags.token === undefined ? {} : { token: flags.token }),
        signal: interrupted.signal,
      })
      for await (const event of events) {
        if (event.type === "lost") this.#noteLoss(event.reason)
        else output.show(event)
      }
    } finally {
      process.off("SIGINT", interrupt)
      output.end?.()
    }
    process.exitCode = interruptedCode
  }

  #noteLoss(reason: string | null): void {
    // Beside the data, also with --json: a program's log should have it.
    this.terminal.err.write(`${reason ?? "The connection was lost."} Trying again.\n`)
  }

  async #output(title: string, primary: string): Promise<LiveOutput> {
    const { out } = this.terminal
    const { liveJson, liveLines } = await import("../../ui/live/live-output.ts")
    if (this.jsonEnabled()) return liveJson(out)
    const { LiveView } = await import("../../client/live-view.ts")
    const view: LiveView = new LiveView({ primary })
    if (!out.isTerminal || !this.terminal.interactive) return liveLines(out, view)
    const { liveTable } = await import("../../ui/live/live-table.ts")
    const table = liveTable(out, { view, title, rows: () => process.stdout.rows || 24 })
    process.stdout.on("resize", table.redraw)
    return { ...table, end: () => void process.stdout.off("resize", table.redraw) }
  }
}

/** One object, or filters in the form of lists. */
function readFilter(filters: readonly string[]): NonNullable<LiveQueryRequest["filter"]> {
  const [first = "", ...others] = filters
  if (!first.trimStart().startsWith("{")) return filters
  try {
    if (others.length === 0) return JSON.parse(first) as Readonly<Record<string, unknown>>
  } catch {
    // Said below.
  }
  throw alyxError("USAGE", {
    message: "--filter must be one JSON object, or filters in the form field:op:value.",
    next: `As in --filter '{"published":{"$eq":true}}', or --filter published:eq:true.`,
  })
}

/** The field by which documents are told apart. */
async function primaryOf(client: DaemonClient, name: string): Promise<string> {
  const { schema } = await client.schema()
  const { collections } = schema as SchemaJson
  const collection = collections.find((one) => one.name === name)
  if (collection !== undefined) return collection.fields.find(({ primary }) => primary)?.name ?? "id"
  const near = nearestWord(
    name,
    collections.map((one) => one.name),
  )
  throw alyxError("COLLECTION_NOT_FOUND", {
    message: `The schema has no collection ${name}.`,
    next:
      near === undefined
        ? `It has ${collections.map((one) => one.name).join(", ") || "none"}.`
        : `Did you mean ${near}?`,
  })
}
