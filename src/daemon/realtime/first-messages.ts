import type { Reader } from "../storage/database.ts"
import type { LiveGroup } from "./group.ts"
import type { LiveGroups } from "./live-groups.ts"
import type { LiveMessage } from "./live-queries.ts"
import { deltaMembers, positionMembers } from "./message-text.ts"
import { resumeFrom } from "./resume.ts"
import { readResume } from "./resume-token.ts"

/** How somebody joins: anew, in place of what they have, or from where they were. */
export interface Entry {
  readonly isReset: boolean
  /** The `resume` that they received last. */
  readonly since: string | undefined
}

/** The present state of a group, which somebody joins. */
export interface JoinFrame {
  readonly reader: Reader
  readonly groups: LiveGroups
  readonly group: LiveGroup
}

/** What somebody who joins is told at first. May throw ReadTooSlow. */
export function firstMessages(frame: JoinFrame, { isReset, since }: Entry): readonly LiveMessage[] {
  const resumed = since === undefined ? undefined : resumedMessages(frame, since)
  if (resumed !== undefined) return resumed
  const { groups, group } = frame
  const members = groups.snapshot(group, isReset || since !== undefined)
  return [{ type: "snapshot", members, seq: group.seq }]
}

/**
 * Nothing but `resumed` when nothing was missed. Otherwise it repeats the old position, and the delta that follows brings
 * the new one: who loses the connection in between has missed nothing. Undefined when it takes a fresh start.
 */
function resumedMessages({ reader, groups, group }: JoinFrame, since: string): readonly LiveMessage[] | undefined {
  const token = readResume(since)
  if (token === null || token.group !== group.name || token.epoch !== groups.feed.epoch) return undefined
  const frame = { reader, groups: groups.index, position: groups.feed.position }
  const missed = resumeFrom(frame, group, token.seq)
  if (missed === "reset") return undefined
  const now = groups.position(group)
  if (missed === "unchanged") return [{ type: "resumed", members: positionMembers(now), seq: now.seq }]
  const then = { seq: token.seq, resume: since }
  return [
    { type: "resumed", members: positionMembers(then), seq: then.seq },
    { type: "delta", members: deltaMembers(missed, now), seq: now.seq },
  ]
}
