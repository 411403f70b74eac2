import type { Caller } from "../../../src/daemon/caller.ts"
import { anonymous, bareRequest } from "../../../src/daemon/callers.ts"
import { ownerCaller } from "../../helpers/owner-caller.ts"
import type { Dice } from "../../helpers/dice.ts"
import { somebody } from "./open-live.ts"

/** Rules that a collection of the model may have. */
const rowRules = [
  "true",
  "doc.owner == auth.id",
  "doc.open || doc.owner == auth.id",
  "doc.open",
  "auth.role == 'editor' || doc.owner == auth.id",
  "doc.owner != null && doc.owner != 'u3' && auth.id != null",
]

const fieldRules = ["auth.role == 'editor'", "doc.owner == auth.id", "doc.open || auth.role == 'editor'"]

/** Three collections with references between them; what is random is how deletes go on, and who may read what. */
export function modelSchema(random: Dice): string {
  const rule = (): string => `rules: { read: "${random.pick(rowRules)}" }`
  const hidden = (): string => (random.below(2) === 0 ? "" : `, rules: { read: "${random.pick(fieldRules)}" }`)
  const gone = (): string => random.pick(["cascade", "set null"])
  const common = `
      open: { type: bool, default: false }
      owner: { type: string, nullable: true${random.below(2) === 0 ? "" : ", index: true"} }`
  return `
collections:
  teams:
    fields:
      id: { type: int, primary: true }
      name: { type: string }
      size: { type: int, nullable: true }${common}
    timestamps: false
    ${rule()}
  people:
    fields:
      id: { type: string, primary: true }
      name: { type: text, nullable: true }
      score: { type: float, nullable: true${hidden()} }
      team_id: { type: int, references: teams.id, nullable: true, onDelete: ${gone()} }
      secret: { type: string, nullable: true${hidden()} }${common}
    timestamps: false
    ${rule()}
  notes:
    fields:
      id: { type: string, primary: true }
      label: { type: string }
      n: { type: int, nullable: true }
      at: { type: timestamp, nullable: true }
      tags: { type: json, nullable: true }
      data: { type: blob, nullable: true }
      person_id: { type: string, references: people.id, onDelete: cascade${hidden()} }
      reviewer_id: { type: string, references: people.id, nullable: true, onDelete: set null }
      parent_id: { type: string, references: notes.id, nullable: true, onDelete: ${gone()} }${common}
    timestamps: false
    ${rule()}
`
}

/** Everybody who follows something in the model. */
export const modelCallers: readonly Caller[] = [
  ownerCaller("req_model"),
  somebody("u1"),
  somebody("u2"),
  somebody("u3", "editor"),
  { ...anonymous, owner: false, address: "127.0.0.1", requestId: "req_model", request: bareRequest("127.0.0.1") },
]

/** Values of the fields, few so that many documents are equal in them. */
export const modelValues: Readonly<Record<string, readonly unknown[]>> = {
  name: ["a", "b", "B", "é", "😀", "ﬀ"],
  size: [null, 0, 1, 2, -1],
  open: [true, false],
  owner: [null, "u1", "u2", "u3"],
  score: [null, 0, 0.1, 1, 2.5, -3],
  secret: [null, "s", "t"],
  label: ["x", "xy", "y", "Z"],
  n: [null, 0, 1, 2, 3, 4, 5],
  at: [null, "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"],
  tags: [null, [], ["a"], ["a", 1], [true]],
  data: [null, "AAEC", "AAED"],
}

/** Keys of documents, few so that one is deleted and made again. */
export const modelKeys: Readonly<Record<string, readonly (string | number)[]>> = {
  teams: [1, 2, 3, 4],
  people: Array.from({ length: 8 }, (_, index) => `p${index}`),
  notes: Array.from({ length: 40 }, (_, index) => `n${index}`),
}

/** The collection that a field leads to. */
export const modelReferences: Readonly<Record<string, string>> = {
  team_id: "teams",
  person_id: "people",
  reviewer_id: "people",
  parent_id: "notes",
}
