import type { KeyName } from "./key-name.ts"
import type { Move } from "./selection.ts"

const letters: Readonly<Record<string, Move>> = { j: "down", k: "up", g: "home", G: "end" }

const named: ReadonlySet<string> = new Set<Move>(["up", "down", "pageUp", "pageDown", "home", "end"])

/** The movement that a key asks for, if it is one of those that move. */
export function moveOf(key: KeyName): Move | undefined {
  if (key.name === "character") return letters[key.character]
  return named.has(key.name) ? (key.name as Move) : undefined
}
