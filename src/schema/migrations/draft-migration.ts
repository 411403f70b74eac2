import { diffSchemas } from "../diff.ts"
import type { Schema } from "../schema.ts"
import type { SchemaChange } from "../schema-change.ts"
import { applyOperation } from "./apply-operation.ts"
import { pairCollections, pairFields } from "./draft-pairs.ts"
import { placeOfChange, placeOfOperation } from "./draft-places.ts"
import type { DraftStep } from "./draft-steps.ts"
import { dropStep, noteOfChange, renameStep, stepOfChange } from "./draft-steps.ts"
import type { DraftAnswer, DraftEntry, DraftQuestion } from "./draft-text.ts"
import { draftText } from "./draft-text.ts"
import { fieldDefinition } from "./field-definition.ts"
import { draftFill } from "./draft-fill.ts"
import type { Operation } from "./migration.ts"

/** What a draft is made of. */
export interface DraftRequest {
  readonly applied: Schema
  readonly written: Schema
  readonly name: string
  readonly number: number
  /** By the id of the question; those without an answer stay questions. */
  readonly answers?: Readonly<Record<string, DraftAnswer>>
  /** The changes that stand in the way; when left out, all that are not simply safe. */
  readonly changes?: readonly SchemaChange[]
}

/** The text of a migration file, and what it leaves open. */
export interface MigrationDraft {
  readonly text: string
  /** Those that have no answer yet. */
  readonly questions: readonly DraftQuestion[]
  /** The messages of unsafe changes that no operation can make; the text says what to do by hand. */
  readonly impossible: readonly string[]
}

/** Writes the migration file for what schema.yaml asks for and its difference cannot do by itself. */
export function draftMigration(request: DraftRequest): MigrationDraft {
  const drafting = new Drafting(request)
  drafting.renameCollections()
  drafting.renameFields()
  drafting.takeSteps((change) => change.kind === "change-type")
  drafting.takeSteps((change) => change.kind === "add-field" || change.kind === "change-option")
  drafting.drop()
  return drafting.result()
}

/** The way from one schema to the other, step by step; every step is tried before it is written down. */
class Drafting {
  readonly #request: DraftRequest
  #state: Schema
  readonly #entries: DraftEntry[] = []
  readonly #questions: DraftQuestion[] = []
  /** "posts" and "posts.title": what a question is about, on either side; nothing else is said of it. */
  readonly #open = new Set<string>()
  /** Why a step was refused, by what it is about. */
  readonly #refusals = new Map<string, string>()
  /** If-rows-fit changes whose rows fit, by message. */
  readonly #harmless: ReadonlySet<string>

  constructor(request: DraftRequest) {
    this.#request = request
    this.#state = request.applied
    const { applied, written, changes } = request
    const problems = new Set(changes?.map((change) => change.message))
    const fitting = changes === undefined ? [] : diffSchemas(applied, written)
    this.#harmless = new Set(
      fitting
        .filter((change) => change.safety === "if-rows-fit" && !problems.has(change.message))
        .map((change) => change.message),
    )
  }

  renameCollections(): void {
    const { written } = this.#request
    const renames: DraftStep[] = []
    for (const { from, to } of pairCollections(this.#state, written)) {
      const answer = this.#ask({
        from: from.name,
        to: to.name,
        rename: [{ type: "rename_collection", from: from.name, to: to.name }],
        drop: [{ type: "drop_collection", collection: from.name }],
      })
      if (answer === "rename") renames.push(renameStep(from.name, to.name))
    }
    this.#take(renames)
  }

  renameFields(): void {
    const renames: DraftStep[] = []
    for (const before of this.#state.collections.values()) {
      const after = this.#request.written.collections.get(before.name)
      if (after === undefined) continue
      const { name } = before
      for (const { from, to } of pairFields(before, after)) {
        const needsFill = to.default === null && !to.nullable && !to.primary
        const add: Operation = {
          type: "add_field",
          collection: name,
          field: to.name,
          definition: fieldDefinition(to),
          fill: needsFill ? draftFill(after, to) : null,
        }
        const answer = this.#ask({
          from: `${name}.${from.name}`,
          to: `${name}.${to.name}`,
          rename: [{ type: "rename_field", collection: name, from: from.name, to: to.name }],
          drop: [{ type: "drop_field", collection: name, field: from.name }, ...(needsFill ? [add] : [])],
        })
        if (answer === "rename") renames.push(renameStep(from.name, to.name, name))
      }
    }
    this.#take(renames)
  }

  /** Makes the changes of one kind that are left after the steps before. */
  takeSteps(isWanted: (change: SchemaChange) => boolean): void {
    const steps = new Map<string, DraftStep>()
    for (const change of this.#changes().filter(isWanted)) {
      const step = stepOfChange({ from: this.#state, to: this.#request.written }, change)
      if (step !== null) steps.set(JSON.stringify(step.operation), step)
    }
    const all = [...steps.values()]
    this.#take(all.filter((step) => step.isReady))
    for (const { comment, operation } of all.filter((step) => !step.isReady)) {
      this.#entries.push({ kind: "note", comment, operations: [operation] })
      if ("field" in operation) this.#open.add(`${operation.collection}.${operation.field}`)
    }
  }

  drop(): void {
    const steps: DraftStep[] = []
    const collections: DraftStep[] = []
    for (const change of this.#changes()) {
      if (change.kind === "remove-field") {
        steps.push(dropStep({ type: "drop_field", collection: change.collection, field: change.field }))
      }
      if (change.kind === "remove-collection") {
        collections.push(dropStep({ type: "drop_collection", collection: change.collection }))
      }
    }
    this.#take(steps)
    this.#take(collections)
    this.#dropCircles()
  }

  /** Collections that reference each other can only go once a reference has gone. */
  #dropCircles(): void {
    const doomed = this.#changes().filter((change) => change.kind === "remove-collection")
    const names = doomed.map((change) => change.collection)
    const links = names.flatMap((name) =>
      [...(this.#state.collections.get(name)?.fields.values() ?? [])]
        .filter(({ primary, references }) => !primary && references !== null && references.collection !== name)
        .filter(({ references }) => names.includes(references!.collection))
        .map((field) => dropStep({ type: "drop_field", collection: name, field: field.name })),
    )
    if (links.length === 0) return
    this.#take(links)
    this.#take(names.map((collection) => dropStep({ type: "drop_collection", collection })))
  }

  result(): MigrationDraft {
    const left = this.#changes()
    for (const change of left)
      this.#entries.push(noteOfChange(change, this.#refusals.get(placeOfChange(change)) ?? null))
    return {
      text: draftText(this.#request, this.#entries),
      questions: this.#questions,
      impossible: left.filter((change) => change.safety === "unsafe").map((change) => change.message),
    }
  }

  /** What still stands in the way, without what a question is about. */
  #changes(): readonly SchemaChange[] {
    return diffSchemas(this.#state, this.#request.written).filter((change) => {
      if (change.safety === "safe" || this.#harmless.has(change.message)) return false
      if (this.#open.has(change.collection) || this.#open.has(placeOfChange(change))) return false
      if (change.kind !== "change-option" || change.option !== "references") return true
      const old = this.#state.collections.get(change.collection)?.fields.get(change.field)?.references
      return old === null || old === undefined || !this.#isOpenTarget(old.collection, old.field)
    })
  }

  #isOpenTarget(collection: string, field: string): boolean {
    return this.#open.has(collection) || this.#open.has(`${collection}.${field}`)
  }

  #ask(parts: {
    readonly from: string
    readonly to: string
    readonly rename: readonly Operation[]
    readonly drop: readonly Operation[]
  }): DraftAnswer | null {
    const { from, to, rename, drop } = parts
    const id = `${from}:${to}`
    const answer = this.#request.answers?.[id]
    if (answer !== undefined) return answer
    const question = { id, question: `Was ${from} renamed to ${to}?`, from, to }
    this.#questions.push(question)
    this.#open.add(from).add(to)
    this.#entries.push({ kind: "question", question, rename, drop })
    return null
  }

  /** Takes the steps in an order in which they can be made: what one refuses another may make possible. */
  #take(steps: readonly DraftStep[]): void {
    let waiting = steps
    while (waiting.length > 0) {
      const refused = waiting.filter((step) => !this.#try(step))
      if (refused.length === waiting.length) return
      waiting = refused
    }
  }

  #try({ operation, comment }: DraftStep): boolean {
    const applied = applyOperation(this.#state, operation)
    const place = placeOfOperation(operation)
    if (!applied.ok) {
      const { message, next } = applied.problem
      this.#refusals.set(place, next === undefined ? message : `${message} ${next}`)
      return false
    }
    this.#refusals.delete(place)
    this.#state = applied.effect.schema
    this.#entries.push({ kind: "step", comment, operation })
    return true
  }
}
