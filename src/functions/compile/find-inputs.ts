import { existsSync } from "node:fs"
import { dirname, join, resolve } from "node:path"

import type { Metafile } from "esbuild"

import { entryModule } from "./bundle-options.ts"

/** Files beside a source that decide how it is read, or which packages it gets. */
const settings = ["package.json", "package-lock.json", "tsconfig.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"]

/** Absolute paths of every file that had a say in a bundle, sorted; modules that we bring along are none. */
export function findInputs(metafile: Metafile, root: string): readonly string[] {
  const files = Object.keys(metafile.inputs)
    .filter((path) => !path.startsWith("<") && !/^alyx-[a-z]+:/.test(path) && !path.endsWith(entryModule))
    .map((path) => resolve(root, path))
  const folders = new Set(
    files.filter((file) => !file.includes("/node_modules/")).flatMap((file) => foldersOf(file, root)),
  )
  const beside = [...folders].flatMap((folder) =>
    settings.map((name) => join(folder, name)).filter((path) => existsSync(path)),
  )
  return [...new Set([...files, ...beside])].toSorted()
}

/** The folder of a file and those above it, up to the root. */
function foldersOf(file: string, root: string): readonly string[] {
  const folders: string[] = []
  for (let folder = dirname(file); folder.startsWith(root); folder = dirname(folder)) {
    folders.push(folder)
    if (folder === root || folder === dirname(folder)) break
  }
  return folders
}
