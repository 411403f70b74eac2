import { existsSync } from "node:fs"
import { mkdir, readFile } from "node:fs/promises"
import path from "node:path"

import { manifestJsonSchema } from "../../functions/manifest/manifest-json-schema.ts"
import { createFileAtomically, writeFileAtomically } from "../../lib/atomic-write.ts"
import { packageRoot } from "../../lib/package-root.ts"
import { unwritable } from "../../project/file-errors.ts"
import { projectPaths } from "../../project/paths.ts"
import { readText } from "../../project/read-text.ts"
import type { Schema } from "../../schema/schema.ts"
import { collectionTypesText } from "./collection-types.ts"
import { functionsTsconfig, typesTsconfig } from "./tsconfig-text.ts"

/** For which project types are written. */
export interface FunctionTypesRequest {
  readonly root: string
  /** Null for none that is valid: then the types of the collections stay as they were. */
  readonly schema: Schema | null
}

/** What was written anew, and what was as it should be; names of files in `.alyx/types`. */
export interface WrittenTypes {
  readonly written: readonly string[]
  readonly unchanged: readonly string[]
}

const collectionsFile = "collections.d.ts"

/** For a project whose schema never was valid: the other files import what it says. */
const noCollections: Schema = { collections: new Map(), relations: new Map(), hash: "" }

/** Files that are the same for every project. */
const sharedFiles = ["alyx-functions.d.ts", "globals.d.ts", "modules.d.ts"]

/**
 * Writes the types of `@alyx/functions` and of the collections to `.alyx/types`, where functions/tsconfig.json leads an editor,
 * and beside them the JSON Schema of manifests.
 * Only files that change are touched, so that nothing builds anew for nothing.
 */
export async function writeFunctionTypes({ root, schema }: FunctionTypesRequest): Promise<WrittenTypes> {
  const { stateDir, typesDir, editorManifestFile } = projectPaths(root)
  const templates = path.join(packageRoot(), "templates", "functions", "types")
  const shared = sharedFiles.map(async (name) => [name, await readFile(path.join(templates, name), "utf8")] as const)
  const files: (readonly [string, string])[] = [...(await Promise.all(shared)), ["tsconfig.json", typesTsconfig()]]
  if (schema !== null) files.push([collectionsFile, collectionTypesText(schema)])
  const written: string[] = []
  const unchanged: string[] = []
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 })
    await mkdir(typesDir, { recursive: true, mode: 0o700 })
    await writeWhenChanged(editorManifestFile, `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`)
    if (schema === null && !existsSync(path.join(typesDir, collectionsFile))) {
      files.push([collectionsFile, collectionTypesText(noCollections)])
    }
    for (const [name, text] of files) {
      const isNew = await writeWhenChanged(path.join(typesDir, name), text)
      const list = isNew ? written : unchanged
      list.push(name)
    }
  } catch (error) {
    throw unwritable(typesDir, error, "Give this user the right to write there.")
  }
  return { written, unchanged }
}

async function writeWhenChanged(file: string, text: string): Promise<boolean> {
  const present = readText({ path: file, name: file, bytesMax: 16 * 1024 * 1024 })
  if (present.kind === "text" && present.text === text) return false
  await writeFileAtomically(file, text)
  return true
}

/**
 * Writes `tsconfig.json` into the folder of the functions, unless there is one. It leads editors and `tsc` to the types in
 * `.alyx/types`, so that `@alyx/functions` is found with nothing installed. Tells whether it was written.
 */
export async function writeFunctionsTsconfig(root: string, functionsDir: string): Promise<boolean> {
  const file = path.join(functionsDir, "tsconfig.json")
  try {
    await mkdir(functionsDir, { recursive: true })
    return await createFileAtomically(file, functionsTsconfig(functionsDir, projectPaths(root).typesDir))
  } catch (error) {
    throw unwritable(file, error, "Give this user the right to write there.")
  }
}
