import path from "node:path"
import { Readable } from "node:stream"

import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import type { DaemonClient } from "../../client/daemon-client.ts"
import { alyxError } from "../../errors.ts"
import type { SchemaResponse } from "../../protocol/admin-api.ts"
import type { FakeRequest, SeedResponse } from "../../protocol/data-api.ts"
import { fakeCountMax } from "../../protocol/data-api.ts"
import { countOf } from "../../ui/amount.ts"
import { renderSeeded } from "../../ui/data/seeded-text.ts"
import { runWithProgress } from "../../ui/progress-task.ts"
import { DataCommand } from "../data-command.ts"

/** Seeds that --random-seed takes. */
const randomSeedMax = 2 ** 32 - 1

/** `alyx db seed`. */
export default class DbSeed extends DataCommand {
  static override summary = "Write the documents of a file, or made-up ones."
  static override description =
    "Documents that exist already, by their key or by what is unique in them, are updated; others are created. A relation may be given by name, as author: { email: ada@example.com }. Everything happens in one transaction, or nothing does. A file is JSON, YAML, CSV or NDJSON, by the end of its name. Documents of a file in the users collection bring accounts, without a password; made-up ones bring none."
  static override examples = [
    "alyx db seed seed.json",
    "alyx db seed people.csv --collection users",
    "alyx db seed --fake 10000",
    "alyx db seed --fake 500 --collection posts --random-seed 7",
  ]
  static override args = { file: Args.string({ description: "The file with the documents." }) }
  static override flags = {
    fake: Flags.integer({
      min: 1,
      max: fakeCountMax,
      helpValue: "<count>",
      summary: "Make so many documents up, shared out among the collections.",
    }),
    "random-seed": Flags.integer({
      min: 0,
      max: randomSeedMax,
      helpValue: "<n>",
      dependsOn: ["fake"],
      summary: "Make the same documents again that this number made before on the same data.",
    }),
    collection: Flags.string({
      multiple: true,
      helpValue: "<name>",
      summary: "The collection of a CSV file; with --fake, only this collection. May be repeated with --fake.",
    }),
  }

  override async run(): Promise<SeedResponse & { readonly randomSeed?: number }> {
    const { args, flags } = await this.parse(DbSeed)
    const { file } = args
    const { fake, collection } = flags
    if ((file === undefined) === (fake === undefined)) {
      throw alyxError("USAGE", {
        message: file === undefined ? "There is no file to seed." : "A file and --fake do not go together.",
        next: "Give a file, as in alyx db seed seed.json, or a count, as in alyx db seed --fake 1000.",
      })
    }
    if (fake !== undefined) {
      const randomSeed = flags["random-seed"] ?? Math.floor(Math.random() * randomSeedMax)
      return this.#fake({ count: fake, randomSeed, ...(collection && { collections: collection }) })
    }
    if (collection !== undefined && collection.length > 1) {
      throw alyxError("USAGE", { message: "A file has one collection.", next: "Give --collection once." })
    }
    return this.#seed(file!, collection?.[0])
  }

  async #seed(file: string, collection: string | undefined): Promise<SeedResponse> {
    const { readSeedFile, requireSeedFile } = await import("../../project/seed-files/read-seed-file.ts")
    const location = path.resolve(this.startFolder, file)
    const name = path.relative(this.project().root, location)
    // Before a database is made for it.
    requireSeedFile({ path: location, name, collection })
    return this.withWrittenSchema(async (client) => {
      const { schemaFromJson } = await import("../../schema/schema-from-json.ts")
      const answer = await client.get<SchemaResponse>("/api/admin/schema")
      const schema = schemaFromJson(answer.schema)
      if (schema.collections.size === 0) throw noCollections()
      const documents = readSeedFile({ path: location, name, schema, collection })
      const done = await this.#withProgress(`Seed ${name}`, (onProgress) =>
        sendDocuments(documents, (body) => client.postWithProgress("/api/admin/db/seed", body, onProgress)),
      )
      this.print(renderSeeded(done, this.terminal.out))
      return done
    })
  }

  #fake(request: FakeRequest): Promise<SeedResponse & { readonly randomSeed: number }> {
    return this.withWrittenSchema(async (client: DaemonClient) => {
      const done = await this.#withProgress(`Make up ${countOf(request.count, "document")}`, (onProgress) =>
        client.postWithProgress<SeedResponse>("/api/admin/db/fake", request, onProgress),
      )
      this.print(renderSeeded(done, this.terminal.out))
      const { withoutAccounts } = done
      if (withoutAccounts !== undefined)
        this.notice(
          `Nobody can sign in as the made-up ${withoutAccounts}: they have no accounts. Those of a file have: alyx db seed seed.json`,
        )
      this.notice(`The same again, on the same data: --random-seed ${request.randomSeed}`)
      return { ...done, randomSeed: request.randomSeed }
    })
  }

  #withProgress(title: string, work: Parameters<typeof runWithProgress<SeedResponse>>[1]): Promise<SeedResponse> {
    return runWithProgress(title, work, { terminal: this.terminal, silent: this.jsonEnabled() })
  }
}

function noCollections(): Error {
  return alyxError("COLLECTION_NOT_FOUND", {
    message: "The database has no collections yet: schema.yaml was never applied to it.",
    next: "Apply it with alyx migrate apply, or start alyx dev.",
  })
}

/** Sends documents as lines. What is wrong with the file ends the request, and is thrown rather than what follows. */
async function sendDocuments(
  documents: AsyncIterable<object>,
  send: (body: Readable) => Promise<SeedResponse>,
): Promise<SeedResponse> {
  let fault: unknown
  const body = Readable.from(
    (async function* () {
      try {
        yield* lineChunks(documents)
      } catch (error) {
        fault = error
        throw error
      }
    })(),
    { objectMode: false },
  )
  try {
    return await send(body)
  } catch (error) {
    throw fault ?? error
  }
}

/** Lines are sent together: each chunk costs a call of the system. */
const chunkLength = 64 * 1024

async function* lineChunks(documents: AsyncIterable<object>): AsyncGenerator<string> {
  let chunk = ""
  for await (const document of documents) {
    chunk += `${lineOf(document)}\n`
    if (chunk.length < chunkLength) continue
    yield chunk
    chunk = ""
  }
  if (chunk !== "") yield chunk
}

/** A value that is nested a hundred thousand times can be read, but not written. */
function lineOf(document: object): string {
  try {
    return JSON.stringify(document)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const place = "at" in document && typeof document.at === "string" ? `${document.at} ` : ""
    throw alyxError("SEED_INVALID", {
      message: `${place}The document is nested too deeply, or too long.`,
      cause: error,
    })
  }
}
