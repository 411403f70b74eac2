import { basename } from "node:path"

import { alyxError } from "../errors.ts"

/** Names become folders, titles and package names. */
const namePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/

/** Refuses a project name that could not be a folder or a package everywhere. */
export function requireProjectName(name: string): void {
  if (namePattern.test(name) && !windowsDevices.test(name)) return
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
  throw alyxError("USAGE", {
    message: `${shown} cannot be the name of a project: up to 64 letters, digits, - _ and . do, beginning and ending with a letter or digit.`,
    next: `Try: alyx init ${projectNameFrom(name)}`,
  })
}

/** The nearest good name: of a folder such as "My App", `my-app`. */
export function projectNameFrom(folder: string): string {
  const words = basename(folder)
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .slice(0, 60)
    .replaceAll(/^[._-]+|[._-]+$/g, "")
  return words === "" || windowsDevices.test(words) ? "my-app" : words
}

/** Windows cannot make a file or folder of these names. */
const windowsDevices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$/i
