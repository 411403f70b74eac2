import { styleText } from "node:util"

/** What a piece of text means; the colours follow from it in one place. */
export type Meaning = "good" | "bad" | "warn" | "strong" | "quiet" | "name" | "place" | "chosen"

/** Colours a text by what it means, or leaves it as it is. */
export type Paint = (meaning: Meaning, text: string) => string

type Format = Parameters<typeof styleText>[0]

const formats: Record<Meaning, Format> = {
  good: "green",
  bad: "red",
  warn: "yellow",
  strong: "bold",
  quiet: "dim",
  name: "cyan",
  place: "underline",
  chosen: "inverse",
}

/** Paints with ANSI colours. */
export const paintColours: Paint = (meaning, text) => styleText(formats[meaning], text, { validateStream: false })

/** Paints nothing. */
export const paintNothing: Paint = (_meaning, text) => text
