import { hash } from "node:crypto"

/** What a `resume` says: a state of one database, and the group that was seen. */
export interface ResumeToken {
  readonly epoch: string
  readonly seq: number
  /** Of the group's key and the schema. */
  readonly group: string
}

/** Longer texts are none of ours. */
const tokenLengthMax = 200

/** Writes `<epoch>:<seq>:<group>`. It is no secret and carries no right: what it leads to is judged by the rules of now. */
export function writeResume({ epoch, seq, group }: ResumeToken): string {
  return `${epoch}:${seq}:${group}`
}

/** Reads a token; null for anything else, which then is answered with a fresh start. */
export function readResume(text: unknown): ResumeToken | null {
  if (typeof text !== "string" || text.length > tokenLengthMax) return null
  const parts = text.split(":")
  const [epoch, digits, group] = parts
  if (parts.length !== 3 || epoch === undefined || digits === undefined || group === undefined) return null
  const seq = /^\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN
  return Number.isSafeInteger(seq) ? { epoch, seq, group } : null
}

/** Names a group in tokens. */
export function groupName(groupKey: string, schemaHash: string): string {
  return hash("sha256", `${schemaHash}\n${groupKey}`, "base64url").slice(0, 22)
}
