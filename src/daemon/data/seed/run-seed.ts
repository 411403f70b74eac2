import { alyxError } from "../../../errors.ts"
import { nearestWord } from "../../../lib/nearest-word.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import type { SeedLine, SeedResponse } from "../../../protocol/data-api.ts"
import type { OnProgress } from "../../../protocol/progress.ts"
import { storedValue } from "../../../schema/fields/field-types.ts"
import type { Schema } from "../../../schema/schema.ts"
import { collectionPlan } from "../../records/collection-plan.ts"
import { defaultRecordLimits } from "../../records/records.ts"
import { settleAccounts } from "../../records/settle-accounts.ts"
import { changeRow } from "../../records/write-record.ts"
import { sqlQuery } from "../../storage/database.ts"
import type { Reader, Transaction } from "../../storage/database.ts"
import { collectionOrder } from "../collection-order.ts"
import { EqualDocuments } from "./equal-documents.ts"
import { HeldReferences } from "./held-references.ts"
import type { HeldRow } from "./held-references.ts"
import { readDocumentReferences } from "./read-document-references.ts"
import { ReferenceFinder } from "./read-reference.ts"
import { indexLines, readLines } from "./seed-lines.ts"
import type { LineRun } from "./seed-lines.ts"
import { SeedProblems } from "./seed-problems.ts"
import { isStoredEqual } from "./stored-equal.ts"
import { writeSeedDocument } from "./write-document.ts"
import type { SeedFrame, SeedOutcome } from "./write-document.ts"

/** What runSeed needs; it runs within a transaction, which the caller commits, or undoes when it throws. */
export interface SeedWork {
  readonly transaction: Transaction
  readonly schema: Schema
  /** The spooled lines, a SeedLine each. */
  readonly descriptor: number
  readonly nowMs: number
  /** The collection whose documents bring accounts with them. */
  readonly accountsCollection: string | null
  readonly onProgress: OnProgress
  /** Throws when nobody waits for the seed any more. */
  readonly checkWanted: () => void
}

interface Run extends SeedWork {
  readonly frame: SeedFrame
  /** What documents of people need to bring their accounts. */
  readonly settling: Parameters<typeof settleAccounts>[0]
  readonly finder: ReferenceFinder
  readonly held: HeldReferences
  readonly problems: SeedProblems
  readonly counts: Record<SeedOutcome, number>
}

/** The last tenth of the progress is that of references which had to wait, and of the commit. */
const linesShare = 0.9

/**
 * Writes the documents of a seed: collection by collection, those that others point to first. What is wrong with a
 * document is noted with its place, and at the end all of it is thrown.
 */
export function runSeed(work: SeedWork): Omit<SeedResponse, "durationMs"> {
  const { transaction, schema, nowMs } = work
  const problems = new SeedProblems()
  work.onProgress({ message: "Reading the documents", ratio: 0 })
  const index = indexLines(work.descriptor, (text, line) => collectionOf(schema, text, { line, problems }))
  problems.throwIfAny()
  const equals = new EqualDocuments(transaction, emptyCollections(transaction, index.runs.keys()))
  const run: Run = {
    ...work,
    problems,
    frame: { transaction, equals, nowMs },
    settling: { accountsCollection: work.accountsCollection, limits: defaultRecordLimits, clock: { now: () => nowMs } },
    finder: new ReferenceFinder(schema, transaction),
    held: new HeldReferences(transaction),
    counts: { created: 0, updated: 0, unchanged: 0 },
  }
  const collections: Record<string, number> = {}
  const order = collectionOrder(schema).filter((name) => index.runs.has(name))
  let doneBytes = 0
  for (const [position, name] of order.entries()) {
    const coming = new Set(order.slice(position))
    let count = 0
    for (const lines of index.runs.get(name)!) {
      count += writeLines(run, {
        lines,
        coming,
        onLine: (offset) => tell(run, name, (doneBytes + offset) / index.bytes),
      })
      doneBytes += lines.end - lines.start
    }
    collections[name] = count
  }
  settleHeld(run)
  problems.throwIfAny()
  return { ...run.counts, collections }
}

function tell(run: Run, name: string, ratio: number): void {
  run.checkWanted()
  run.onProgress({ message: `Writing ${name}`, ratio: ratio * linesShare })
}

/** How often it is said how far the work is, in lines. */
const toldEvery = 200

function writeLines(
  run: Run,
  { lines, coming, onLine }: { lines: LineRun; coming: ReadonlySet<string>; onLine: (offset: number) => void },
): number {
  let count = 0
  for (const { text, offset } of readLines(run.descriptor, lines)) {
    if (text === "") continue
    if (count % toldEvery === 0) onLine(offset - lines.start)
    count += 1
    writeLine(run, JSON.parse(text) as SeedLine, coming)
  }
  return count
}

function writeLine(run: Run, { collection, data, at = "" }: SeedLine, coming: ReadonlySet<string>): void {
  const plan = collectionPlan(defaultRecordLimits, run.schema, collection)
  try {
    const mayCome = (name: string): boolean => coming.has(name)
    const { body, held } = readDocumentReferences(run.finder, plan.collection, { data, mayCome })
    const { transaction, schema } = run
    const write = (): ReturnType<typeof writeSeedDocument> => writeSeedDocument(run.frame, { plan, body, held })
    const { outcome, key } = settleAccounts(
      run.settling,
      { transaction, schema, collection, isOwner: true },
      write,
    ).result
    run.counts[outcome] += 1
    for (const { field, given } of held) run.held.add({ collection, key, field: field.name, given, at, outcome })
  } catch (error) {
    if (isFollowing(run, collection, error)) return
    run.problems.add(error, { collection, at })
  }
}

/** A reference to a document that was itself refused: one complaint is enough. */
function isFollowing({ problems, schema }: Run, collection: string, error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "REFERENCE_CONFLICT") return false
  const fields = [...schema.collections.get(collection)!.fields.values()]
  return fields.some(({ references }) => references !== null && problems.isBroken(references.collection))
}

/** Every document is there by now. What such a reference says was decided when its document was written. */
function settleHeld(run: Run): void {
  let count = 0
  for (const { collection, key, field: name, given, at, outcome } of run.held.all()) {
    if (count % toldEvery === 0) {
      run.checkWanted()
      run.onProgress({ message: "Linking documents to each other", ratio: linesShare })
    }
    count += 1
    try {
      const changed = settle(run, { collection, key, name, given, outcome })
      if (!changed || outcome !== "unchanged") continue
      run.counts.unchanged -= 1
      run.counts.updated += 1
    } catch (error) {
      if (!isFollowing(run, collection, error)) run.problems.add(error, { collection, at })
    }
  }
}

/** Writes one reference that waited; tells whether it was another one before. */
function settle(
  { schema, finder, transaction, nowMs }: Run,
  row: Pick<HeldRow, "collection" | "key" | "given" | "outcome"> & { readonly name: string },
): boolean {
  const { collection, key, name, given, outcome } = row
  const plan = collectionPlan(defaultRecordLimits, schema, collection)
  const field = plan.collection.fields.get(name)!
  const reading = finder.read(field, given)
  if (reading.kind === "missing") throw reading.error
  if (!finder.exists(field, reading.value)) {
    const message = `${name} points to no document of ${field.references!.collection}.`
    throw alyxError("REFERENCE_CONFLICT", { message })
  }
  const value = storedValue(field, reading.value) ?? null
  const sql = `SELECT ${quoteName(name)} AS value FROM ${plan.table} WHERE ${quoteName(plan.key.name)} = ?`
  const present = transaction.get(sqlQuery<{ value: string | number | null }>(sql, [key]))?.value
  if (isStoredEqual(present, value)) return false
  // A document that was made a moment ago was not updated by it.
  if (outcome === "created") transaction.run(sqlQuery(plan.writes.updateSql([name]), [value, key]))
  else changeRow(transaction, { plan, key, values: new Map([[name, value]]), nowMs })
  return true
}

/** Most lines are as the command line writes them, and say it at once. */
const headRegExp = /^\{"collection":"([A-Za-z0-9_]+)","data":\{/

function collectionOf(
  schema: Schema,
  text: string,
  { line, problems }: { readonly line: number; readonly problems: SeedProblems },
): string | null {
  if (text.trim() === "") return null
  const at = `line:${line}`
  const name = headRegExp.exec(text)?.[1]
  if (name !== undefined && schema.collections.has(name)) return name
  const parsed = parseLine(text)
  if (parsed === undefined) {
    const message = `Line ${line} of the body must be an object with a collection and its data.`
    problems.add(alyxError("VALIDATION_ERROR", { message }), { collection: "seed", at })
    return null
  }
  if (schema.collections.has(parsed.collection)) return parsed.collection
  const nearest = nearestWord(parsed.collection, schema.collections.keys())
  const error = alyxError("COLLECTION_NOT_FOUND", {
    message: "there is no such collection.",
    next:
      nearest === undefined ? `There are ${[...schema.collections.keys()].join(", ")}.` : `Did you mean ${nearest}?`,
  })
  problems.add(error, { collection: parsed.collection, at: parsed.at ?? at })
  return null
}

function parseLine(text: string): SeedLine | undefined {
  try {
    const { collection, data, at } = JSON.parse(text) as Partial<Record<keyof SeedLine, unknown>>
    if (typeof collection !== "string" || typeof data !== "object" || data === null || Array.isArray(data)) return
    return { collection, data: data as SeedLine["data"], ...(typeof at === "string" && { at }) }
  } catch {
    return undefined
  }
}

function emptyCollections(reader: Reader, names: Iterable<string>): ReadonlySet<string> {
  const isEmpty = (name: string): boolean =>
    reader.get(sqlQuery(`SELECT 1 FROM ${quoteName(name)} LIMIT 1`)) === undefined
  return new Set([...names].filter(isEmpty))
}
