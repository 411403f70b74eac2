import type { DocumentId } from "./window.ts"
import type { WindowDelta } from "./window-delta.ts"

/** Where a subscription stands. */
export interface Position {
  readonly seq: number
  readonly resume: string
}

/** The members of a snapshot's payload. */
export function snapshotMembers(
  { docs, total }: { readonly docs: string; readonly total: number },
  position: Position,
  isReset: boolean,
): string {
  return `"docs":[${docs}],"total":${total},${positionMembers(position)}${isReset ? ',"reset":true' : ""}`
}

/** The members of a delta's payload. */
export function deltaMembers(delta: WindowDelta, position: Position): string {
  const { inserts, updates, deletes, positions, total } = delta
  const changes =
    `{"inserts":[${inserts.join(",")}],"updates":[${updates.join(",")}],"deletes":[${deletes.map(idText).join(",")}]` +
    `${positions.length === 0 ? "" : `,"positions":[${positions.map(positionText).join(",")}]`}}`
  return `"changes":${changes},${total === null ? "" : `"total":${total},`}${positionMembers(position)}`
}

/** The members that every payload has. */
export function positionMembers({ seq, resume }: Position): string {
  return `"seq":${seq},"resume":${JSON.stringify(resume)}`
}

function positionText([id, index]: readonly [DocumentId, number]): string {
  return `[${idText(id)},${index}]`
}

/** An integer that only BigInt holds comes from another program; JSON writes it as its digits. */
function idText(id: DocumentId): string {
  return typeof id === "string" ? JSON.stringify(id) : String(id)
}
