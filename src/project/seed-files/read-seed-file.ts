import { createReadStream, statSync } from "node:fs"
import { basename, extname } from "node:path"

import { alyxError } from "../../errors.ts"
import type { Schema } from "../../schema/schema.ts"
import { readText } from "../read-text.ts"
import { readCsvSeed } from "./read-csv-seed.ts"
import { readJsonSeed } from "./read-json-seed.ts"
import { readNdjsonSeed } from "./read-ndjson-seed.ts"
import { readYamlSeed } from "./read-yaml-seed.ts"
import { seedFileError } from "./seed-document.ts"
import type { SeedDocument } from "./seed-document.ts"
import { seedFormatOf } from "./seed-format.ts"
import type { SeedFormat } from "./seed-format.ts"

/** The largest files of the formats that are read whole; a tree of YAML takes some fifty times its text. */
export const seedBytesMax = { json: 64 * 1024 * 1024, yaml: 8 * 1024 * 1024 } as const

/** Which file to read, and what its rows mean. */
export interface SeedFile {
  readonly path: string
  /** As the person knows it, for messages. */
  readonly name: string
  readonly schema: Schema
  /** Whose documents the rows of a CSV file are; by the file's name when left out. */
  readonly collection?: string | undefined
}

/** Throws what can be known of a seed file without a database: that it is not there, or of no kind that is read. */
export function requireSeedFile({ path, name, collection }: Omit<SeedFile, "schema">): void {
  requireCollectionFlag({ name, collection }, seedFormatOf(name))
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) throw missing(name)
  if (stats.isDirectory()) throw isFolder(name)
}

/** Reads the documents of a seed file; CSV and NDJSON as a stream, of any size. */
export async function* readSeedFile(seed: SeedFile): AsyncGenerator<SeedDocument> {
  const format = seedFormatOf(seed.name)
  requireCollectionFlag(seed, format)
  if (format === "json" || format === "yaml") {
    const text = wholeText(seed, seedBytesMax[format])
    yield* format === "json" ? readJsonSeed(text, seed.name) : readYamlSeed(text, seed.name)
    return
  }
  const chunks = openStream(seed)
  if (format === "ndjson") return yield* readNdjsonSeed(chunks, seed.name)
  const collection = seed.collection ?? basename(seed.name, extname(seed.name))
  yield* readCsvSeed(chunks, { file: seed.name, schema: seed.schema, collection })
}

function requireCollectionFlag(
  { collection, name }: { readonly collection?: string | undefined; readonly name: string },
  format: SeedFormat,
): void {
  if (collection === undefined || format === "csv") return
  throw alyxError("USAGE", {
    message: `--collection is for CSV files; ${name} names its collections itself.`,
    next: "Leave --collection out.",
  })
}

function wholeText({ path, name }: SeedFile, bytesMax: number): string {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > bytesMax) {
    throw alyxError("SEED_INVALID", {
      message: `${name} is larger than ${bytesMax / 1024 / 1024} MB, as far as a file is read that must be read whole.`,
      next: `Write it as NDJSON, a line {"collection":"posts","data":{…}} each: that is read as a stream, of any size.`,
    })
  }
  const reading = readText({ path, name, bytesMax })
  if (reading.kind === "text") return reading.text
  if (reading.kind === "unreadable") throw seedFileError([reading.problem])
  throw missing(name)
}

async function* openStream({ path, name }: SeedFile): AsyncGenerator<Buffer> {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) throw missing(name)
  if (stats.isDirectory()) throw isFolder(name)
  try {
    yield* createReadStream(path) as AsyncIterable<Buffer>
  } catch (cause) {
    if (cause instanceof Error && "syscall" in cause) {
      throw alyxError("FILE_UNREADABLE", { message: `${name} cannot be read: ${cause.message}.`, cause })
    }
    throw cause
  }
}

function missing(name: string): Error {
  return alyxError("FILE_UNREADABLE", { message: `There is no file ${name}.`, next: "Check its path." })
}

function isFolder(name: string): Error {
  return alyxError("FILE_UNREADABLE", { message: `${name} is a folder, and should be a file.` })
}
