import { strict as assert } from "node:assert"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"

/**
 * Finds the folder of the installed package: the nearest one, from this file up, with a package.json named "alyx". It
 * works from the sources and from a bundle of any depth. Templates and engine files are found from there.
 */
export function packageRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (packageName(folder) === "alyx") return folder
    assert(folder !== dirname(folder), "the program must be inside its package")
  }
}

function packageName(folder: string): unknown {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    return typeof parsed === "object" && parsed !== null && "name" in parsed ? parsed.name : null
  } catch {
    // No package.json here, or a broken one: not ours in either case.
    return null
  }
}

/** The version of this package. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }
  return version
}
