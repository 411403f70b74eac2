import { mkdir, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect } from "vitest"
import { stringify } from "yaml"

import { DaemonClient } from "../../../src/client/daemon-client.ts"
import { requireDaemon } from "../../../src/client/find-daemon.ts"
import { projectPaths } from "../../../src/project/paths.ts"
import type { LogEntry, ReloadEntry, SchemaResponse } from "../../../src/protocol/admin-api.ts"
import type { MigrateResponse } from "../../../src/protocol/migrations-api.ts"
import { followActivity } from "../../helpers/follow-activity.ts"
import type { FollowedActivity } from "../../helpers/follow-activity.ts"
import type { RunningDaemon } from "../../helpers/running-daemon.ts"
import { requireSchema } from "../../schema/arbitrary-schema.ts"
import { brokenText, newCollection, safeEdits, unsafeEdits } from "./edits.ts"
import type { Edit } from "./edits.ts"
import { plainFields, referenceFields, schemaText, valueFor } from "./model.ts"
import type { Dice } from "../../helpers/dice.ts"
import type { WalkData, WalkDocument, WalkSchema } from "./model.ts"

/** How the edits of a walk came out. */
export interface WalkCounts {
  safe: number
  migrated: number
  undone: number
  broken: number
}

/** Documents that a create asks for in one go; what updates and deletes take is fewer. */
const createCountMax = 6

/** Edits a project's files as a person would under `alyx dev`, and keeps a model of what must come of it. */
export class Walker {
  readonly data: WalkData = new Map([["things", new Map()]])
  readonly counts: WalkCounts = { safe: 0, migrated: 0, undone: 0, broken: 0 }
  readonly #daemon: RunningDaemon
  readonly #dice: Dice
  readonly #client: DaemonClient
  readonly #activity: FollowedActivity
  #schema: WalkSchema = firstSchema()
  #text = schemaText(firstSchema(), "edit 0")
  #names = 0
  #saves = 0
  #migrations = 0

  private constructor(daemon: RunningDaemon, dice: Dice, client: DaemonClient, activity: FollowedActivity) {
    this.#daemon = daemon
    this.#dice = dice
    this.#client = client
    this.#activity = activity
  }

  static async start(daemon: RunningDaemon, dice: Dice): Promise<Walker> {
    const client = new DaemonClient(await requireDaemon(projectPaths(daemon.folder)))
    return new Walker(daemon, dice, client, await followActivity(daemon.folder))
  }

  /** The text of schema.yaml that is served now. */
  get text(): string {
    return this.#text
  }

  /** One edit, with some requests before it. */
  async step(): Promise<void> {
    await this.#writeDocuments()
    const roll = this.#dice.below(20)
    if (roll < 4) await this.#breakAndMend()
    else if (roll < 12) await this.#safeEdit()
    else await this.#unsafeEdit()
  }

  async #safeEdit(): Promise<void> {
    const edit = this.#makeEdit(safeEdits)
    const entry = await this.#save(schemaText(edit.schema, this.#nextComment(edit.what)))
    expect(entry, edit.what).not.toHaveProperty("error")
    this.#take(edit)
    this.counts.safe += 1
    await this.#expectServed()
  }

  async #breakAndMend(): Promise<void> {
    const entry = await this.#save(brokenText(this.#text, this.#dice))
    expect(entry).toMatchObject({ outcome: "refused", error: { code: "SCHEMA_INVALID" } })
    await this.#expectServed()
    expect(await this.#save(this.#text)).toMatchObject({ mended: true })
    this.counts.broken += 1
  }

  async #unsafeEdit(): Promise<void> {
    const edit = this.#makeEdit(unsafeEdits)
    const written = schemaText(edit.schema, this.#nextComment(edit.what))
    const hasDocuments = [...this.data.values()].some((documents) => documents.size > 0)
    if (this.#dice.below(10) < 4 && hasDocuments) {
      const entry = await this.#save(written)
      // Where no document is in the way, a change that could lose some is safe.
      if (entry.outcome !== "refused") return this.#tookIt(edit)
      expect(entry, edit.what).toMatchObject({ error: { code: "UNSAFE_CHANGES" } })
      await this.#expectServed()
      expect(await this.#save(this.#text)).toMatchObject({ mended: true })
      this.counts.undone += 1
      return
    }
    await this.#migrate(edit, written)
  }

  async #tookIt(edit: Edit): Promise<void> {
    this.#take(edit)
    this.counts.safe += 1
    await this.#expectServed()
  }

  async #migrate(edit: Edit, written: string): Promise<void> {
    this.#migrations += 1
    const file = `migrations/${String(this.#migrations).padStart(3, "0")}_step_${this.#migrations}.yaml`
    const migration = stringify({ version: this.#migrations, operations: edit.operations })
    await mkdir(path.join(this.#daemon.folder, "migrations"), { recursive: true })
    const pending = await this.#saveFile(file, migration)
    expect(pending, edit.what).toMatchObject({ cause: "migrations", outcome: "refused" })
    await this.#save(written)
    await this.#expectServed()
    const applied = await this.#client.postWithProgress<MigrateResponse>(
      "/api/admin/migrate",
      { action: "apply" },
      () => undefined,
    )
    expect(applied.files, edit.what).toEqual([file])
    this.#take(edit)
    this.counts.migrated += 1
    await this.#expectServed()
  }

  #makeEdit(makers: typeof safeEdits): Edit {
    for (;;) {
      const copy = structuredClone(this.#schema)
      const edit = this.#dice.pick(makers)(copy, this.#dice, (word) => `${word}${(this.#names += 1)}`)
      if (edit !== undefined && schemaText(edit.schema, "") !== schemaText(this.#schema, "")) return edit
    }
  }

  /** Every save has a text of its own, so that every one of them is an event. */
  #nextComment(what: string): string {
    this.#saves += 1
    return `edit ${this.#saves}: ${what}`
  }

  #take(edit: Edit): void {
    edit.change(this.data)
    this.#schema = edit.schema
    this.#text = schemaText(edit.schema, `edit ${this.#saves}: ${edit.what}`)
  }

  #save(text: string): Promise<ReloadEntry> {
    return this.#saveFile("schema.yaml", text)
  }

  /** Writes a file and waits for what came of it. */
  async #saveFile(file: string, text: string): Promise<ReloadEntry> {
    const seq = await this.#newestSeq()
    await writeFile(path.join(this.#daemon.folder, file), text)
    return this.#activity.next((entry): entry is ReloadEntry => entry.kind === "reload" && entry.seq > seq)
  }

  async #newestSeq(): Promise<number> {
    const entries: LogEntry[] = []
    for await (const entry of this.#client.logs({ tail: 1, follow: false })) entries.push(entry)
    return entries.at(-1)?.seq ?? 0
  }

  /** The served schema is the one that was taken last, and a document of each collection is as the model says. */
  async #expectServed(): Promise<void> {
    const { hash } = await this.#client.get<SchemaResponse>("/api/admin/schema")
    expect(hash).toBe(requireSchema(this.#text).hash)
    for (const [name, documents] of this.data) {
      const [id, document] = [...documents][this.#dice.below(documents.size)] ?? []
      if (id === undefined) continue
      const answer = await this.#daemon.send("GET", `/api/collections/${name}/${id}`)
      expect(answer.body, this.#text).toEqual({ id, ...document })
    }
  }

  async #writeDocuments(): Promise<void> {
    for (const [name, documents] of this.data) {
      for (let count = this.#dice.below(createCountMax); count > 0; count -= 1) await this.#create(name)
      const ids = [...documents.keys()]
      if (ids.length > 0 && this.#dice.below(2) === 0) await this.#update(name, this.#dice.pick(ids))
      if (ids.length > 3 && this.#dice.below(3) === 0) await this.#delete(name, this.#dice.pick(ids))
    }
  }

  async #create(name: string): Promise<void> {
    const collection = this.#schema[name]!
    const document: WalkDocument = {}
    for (const [field, definition] of plainFields(collection)) document[field] = valueFor(definition, this.#dice)
    for (const [field, { references }] of referenceFields(collection)) {
      const targets = [...this.data.get(references.split(".")[0]!)!.keys()]
      document[field] = targets.length === 0 ? null : this.#dice.pick(targets)
    }
    const answer = await this.#daemon.send("POST", `/api/collections/${name}`, document)
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    this.data.get(name)!.set(answer.body.id as string, document)
  }

  async #update(name: string, id: string): Promise<void> {
    const [field, definition] = this.#dice.pick(plainFields(this.#schema[name]!))
    const value = valueFor(definition, this.#dice)
    const answer = await this.#daemon.send("PATCH", `/api/collections/${name}/${id}`, { [field]: value })
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    this.data.get(name)!.get(id)![field] = value
  }

  /** What pointed to it points to nothing then. */
  async #delete(name: string, id: string): Promise<void> {
    expect((await this.#daemon.send("DELETE", `/api/collections/${name}/${id}`)).status).toBe(204)
    this.data.get(name)!.delete(id)
    for (const [other, collection] of Object.entries(this.#schema)) {
      for (const [field, { references }] of referenceFields(collection)) {
        if (references !== `${name}.id`) continue
        for (const document of this.data.get(other)!.values()) if (document[field] === id) document[field] = null
      }
    }
  }
}

export function firstSchema(): WalkSchema {
  return { things: newCollection() }
}
