import type { Hook } from "@oclif/core/hooks"

import { alyxError } from "../../errors.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import { notInThisVersion } from "./not-in-this-version.ts"

/** oclif calls this for a command that does not exist. */
export const commandNotFound: Hook<"command_not_found"> = async function ({ config, id }) {
  if (id.startsWith("-")) {
    throw alyxError("USAGE", {
      message: `alyx has no flag ${id}.`,
      next: "The flags of a command follow it; alyx help lists the commands.",
    })
  }
  const words = id.split(":")
  const typed = words.join(" ")
  const known = config.commands.filter((command) => !command.hidden).map((command) => command.id.replaceAll(":", " "))
  const topics = new Set(known.filter((name) => name.includes(" ")).map((name) => name.split(" ")[0]!))
  // `alyx statsu now`: everything after the mistyped word belongs to the id, so its beginnings are tried as well.
  const beginnings = words.map((_, index) => words.slice(0, words.length - index).join(" "))
  // oclif takes words after a command that has no arguments for more of its name.
  const whole = beginnings.find((text) => known.includes(text))
  if (whole !== undefined) {
    const [rest = ""] = typed.slice(whole.length + 1).split(" ")
    const below = known.filter((name) => name.startsWith(`${whole} `)).map((name) => name.slice(whole.length + 1))
    const meant = nearestWord(rest, below)
    throw alyxError("USAGE", {
      message: `alyx ${whole} does not take "${typed.slice(whole.length + 1)}".`,
      next: meant === undefined ? `alyx ${whole} --help shows what it takes.` : `Did you mean: alyx ${whole} ${meant}?`,
    })
  }
  const planned = notInThisVersion(typed)
  if (planned !== undefined) throw planned
  const near = beginnings.map((text) => nearestWord(text, [...known, ...topics])).find((name) => name !== undefined)
  throw alyxError("UNKNOWN_COMMAND", {
    message: `alyx ${typed}: there is no such command.`,
    next: near === undefined ? "alyx help lists the commands." : `Did you mean: alyx ${near}?`,
  })
}
