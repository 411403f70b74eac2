import { mkdir } from "node:fs/promises"

import { writeFileAtomically } from "../lib/atomic-write.ts"
import { editorSchema } from "../schema/editor-schema.ts"
import { migrationJsonSchema } from "../schema/migrations/migration-json-schema.ts"
import { configJsonSchema } from "./config-json-schema.ts"
import { projectPaths } from "./paths.ts"
import { readText } from "./read-text.ts"

/**
 * Writes the JSON Schemas that the first comments of schema.yaml, alyx.yaml and migrations name. They stand in `.alyx`, which git
 * ignores, so the daemon writes them on every start too: a fresh clone has them, and a newer Alyx brings newer ones.
 */
export async function writeEditorSchemas(root: string): Promise<void> {
  const paths = projectPaths(root)
  // Whoever makes the folder of the state closes it to others.
  await mkdir(paths.stateDir, { recursive: true, mode: 0o700 })
  await writeWhenChanged(paths.editorSchemaFile, editorSchema())
  await writeWhenChanged(paths.editorConfigFile, configJsonSchema())
  await writeWhenChanged(paths.editorMigrationFile, migrationJsonSchema())
}

/** An editor that watches the file need not read it again on every start. */
async function writeWhenChanged(path: string, schema: unknown): Promise<void> {
  const text = `${JSON.stringify(schema, null, 2)}\n`
  const present = readText({ path, name: path, bytesMax: 4 * 1024 * 1024 })
  if (present.kind === "text" && present.text === text) return
  await writeFileAtomically(path, text)
}
