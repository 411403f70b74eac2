import { existsSync, realpathSync } from "node:fs"
import { dirname, join, resolve } from "node:path"

import { alyxError } from "../errors.ts"

/** A folder with one of these is a project. */
const markers = ["alyx.yaml", "schema.yaml"]

/** Finds the project that a folder belongs to: the nearest ancestor with an alyx.yaml or a schema.yaml. */
export function findProject(from: string): string {
  const start = resolve(from)
  for (let folder = start; ; folder = dirname(folder)) {
    if (markers.some((name) => existsSync(join(folder, name)))) return realpathSync(folder)
    if (folder === dirname(folder)) break
  }
  const misnamed = ["alyx.yml", "schema.yml"].find((name) => existsSync(join(start, name)))
  throw alyxError("PROJECT_NOT_FOUND", {
    message: `There is no alyx.yaml or schema.yaml in ${start} or in any folder above it.`,
    next:
      misnamed === undefined
        ? "Change into the folder of your project, or make a new one with: alyx init my-app"
        : `Rename ${misnamed} to ${misnamed.replace(".yml", ".yaml")}.`,
  })
}
