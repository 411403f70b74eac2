import type { StringFormat } from "../../../schema/schema.ts"
import type { FakeRandom } from "./fake-random.ts"

/** The bounds that a text of a format must keep. */
export interface LengthBounds {
  readonly min: number
  readonly max: number
}

/** A text of a format within a length, where there is one. */
export function formatText(random: FakeRandom, format: StringFormat, bounds: LengthBounds): string {
  switch (format) {
    case "email":
      return emailText(random, bounds)
    case "url":
      return urlText(random, bounds)
    case "uuid":
      return random.words.string.uuid()
  }
}

const localLengthMax = 64

function emailText({ words }: FakeRandom, { min, max }: LengthBounds): string {
  const local = words.internet
    .username()
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, "")
    .slice(0, 30)
  const address = `${local}${words.number.int({ min: 1, max: 9_999 })}@example.com`
  if (address.length >= min && address.length <= max) return address
  const domain = max < 20 ? "@x.io" : "@example.com"
  const room = Math.max(1, Math.min(localLengthMax, (address.length < min ? min : max) - domain.length))
  const letters = words.string.alpha({ length: room, casing: "lower" })
  const rest = min - room - domain.length
  if (rest <= 0) return `${letters}${domain}`
  // Labels of at most 63 characters before the domain.
  const labels = words.string.alpha({ length: rest, casing: "lower" }).replaceAll(/(.{40})./g, "$1.")
  return `${letters}@${labels.replace(/\.$/, "a")}.${domain.slice(1)}`.slice(0, Math.max(min + 1, 6))
}

function urlText({ words }: FakeRandom, { min, max }: LengthBounds): string {
  const url = `https://example.com/${words.helpers.slugify(words.lorem.words(3)).toLowerCase()}/${words.number.int({ min: 1, max: 99_999 })}`
  if (url.length >= min && url.length <= max) return url
  if (url.length < min) return url + words.string.alpha({ length: min - url.length, casing: "lower" })
  const base = max < 22 ? "http://" : "https://example.com/"
  return base + words.string.alpha({ length: Math.max(1, max - base.length), casing: "lower" })
}
