import type { Key } from "ink"

/** A key as the dashboard knows it: a character, or one of these names. */
export type KeyName =
  | { readonly name: "character"; readonly character: string }
  | {
      readonly name:
        | "up"
        | "down"
        | "left"
        | "right"
        | "pageUp"
        | "pageDown"
        | "home"
        | "end"
        | "enter"
        | "escape"
        | "backspace"
        | "tab"
        | "backTab"
        | "interrupt"
    }

/** The keys in what a terminal sent at once: one, or several where somebody types fast or pastes. */
export function keyNames(input: string, key: Key): readonly KeyName[] {
  if (key.eventType === "release") return []
  const named = namedKey(input, key)
  if (named !== undefined) return [{ name: named }]
  if (key.ctrl || key.meta) return []
  return Array.from(input).flatMap((character): KeyName[] => {
    if (character === "\r" || character === "\n") return [{ name: "enter" }]
    if (character === "\t") return [{ name: "tab" }]
    return character < " " ? [] : [{ name: "character", character }]
  })
}

type Named = Exclude<KeyName["name"], "character">

function namedKey(input: string, key: Key): Named | undefined {
  if (key.ctrl && input === "c") return "interrupt"
  if (key.tab) return key.shift ? "backTab" : "tab"
  const flags = {
    upArrow: "up",
    downArrow: "down",
    leftArrow: "left",
    rightArrow: "right",
    pageUp: "pageUp",
    pageDown: "pageDown",
    home: "home",
    end: "end",
    return: "enter",
    escape: "escape",
    backspace: "backspace",
    // Some terminals send this for the key that is labelled Backspace.
    delete: "backspace",
  } as const
  for (const [flag, name] of Object.entries(flags)) if (key[flag as keyof typeof flags]) return name
  return undefined
}
