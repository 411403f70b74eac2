import type { Field } from "../../../schema/schema.ts"
import { fakeYearEndMs } from "./fake-random.ts"
import type { FakeRandom } from "./fake-random.ts"

/** When a document was made and last changed. */
export interface Moments {
  readonly createdMs: number
  readonly updatedMs: number
}

const dayMs = 86_400_000
const yearMs = 365 * dayMs

/** The moments of a document: one after the other through a year, as a collection grows. */
export function momentsOf(random: FakeRandom, position: number, count: number): Moments {
  const createdMs = Math.floor(fakeYearEndMs - yearMs + ((position + random.share()) / count) * (yearMs - dayMs))
  const updatedMs = random.chance(0.6)
    ? createdMs
    : createdMs + Math.floor(random.share() * (fakeYearEndMs - createdMs))
  return { createdMs, updatedMs }
}

/** A moment that fits what a field is called. */
export function momentFor(random: FakeRandom, field: Field, { createdMs, updatedMs }: Moments): string {
  return new Date(momentMs(random, field, { createdMs, updatedMs })).toISOString()
}

function momentMs(random: FakeRandom, field: Field, { createdMs, updatedMs }: Moments): number {
  if (field.updatedToNow) return updatedMs
  if (field.default?.kind === "now") return createdMs
  if (/birth|dob/.test(field.name)) return Math.floor(createdMs - (18 + random.share() * 60) * yearMs)
  if (/expir|until|deadline|schedul|(^|_)(due|ends?|starts?|next)(_|$)/.test(field.name)) {
    return createdMs + Math.floor(random.share() * 60 * dayMs)
  }
  return createdMs + Math.floor(random.share() * (updatedMs - createdMs))
}
