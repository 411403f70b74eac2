import type { Problem } from "../errors.ts"
import { checkRules } from "../rules/check-rules.ts"
import { parseSchema } from "../schema/parse.ts"
import type { Schema } from "../schema/schema.ts"
import { projectPaths } from "./paths.ts"
import { readText } from "./read-text.ts"

/** The schema of a project, or everything that is wrong with it. */
export interface LoadedSchema {
  /** Null when there are problems. */
  readonly schema: Schema | null
  readonly problems: readonly Problem[]
  readonly notices: readonly Problem[]
  /** The text of the file, for excerpts; empty when it could not be read. */
  readonly text: string
}

/** schema.yaml may not be larger than this. */
const schemaBytesMax = 4 * 1024 * 1024

/** Reads schema.yaml of a project. Never throws for what stands in the file. */
export function loadProjectSchema(root: string, accountsCollection?: string): LoadedSchema {
  const file = readText({ path: projectPaths(root).schemaFile, name: "schema.yaml", bytesMax: schemaBytesMax })
  if (file.kind === "text") return loadSchemaText(file.text, "schema.yaml", accountsCollection)
  const problem =
    file.kind === "unreadable"
      ? file.problem
      : {
          code: "FILE_MISSING",
          message: "The project has no schema.yaml.",
          next: "Write one, or see what one looks like with: alyx init example --template blog",
        }
  return { schema: null, problems: [problem], notices: [], text: "" }
}

/**
 * Parses a schema and checks its rules; `file` is its path for messages. The roles that rules name are compared with
 * those of the accounts collection. Never throws for what the text says.
 */
export function loadSchemaText(text: string, file: string, accountsCollection?: string): LoadedSchema {
  const { schema, problems, notices } = parseSchema(text, file)
  if (schema === null) return { schema, problems, notices, text }
  const rules = checkRules(schema, text, accountsCollection)
  const isGood = rules.problems.length === 0
  return { schema: isGood ? schema : null, problems: rules.problems, notices: [...notices, ...rules.notices], text }
}
