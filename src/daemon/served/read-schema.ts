import { alyxError } from "../../errors.ts"
import { loadProjectSchema, loadSchemaText } from "../../project/load-schema.ts"
import type { LoadedSchema } from "../../project/load-schema.ts"
import { unreadableText } from "../../project/read-text.ts"
import type { Schema } from "../../schema/schema.ts"

/** A schema that was read, with what should be known of it. */
export interface ReadSchema {
  readonly schema: Schema
  /** What the file says, word for word. */
  readonly text: string
  readonly notices: readonly string[]
}

/** Reads schema.yaml; throws SCHEMA_INVALID with every problem. */
export function readSchema(root: string): ReadSchema {
  return requireGood(loadProjectSchema(root))
}

/** The same for a text that is not in the project yet. */
export function readSchemaText(text: string): ReadSchema {
  const problem = unreadableText("schema.yaml", text)
  if (problem !== null) return requireGood({ schema: null, problems: [problem], notices: [], text })
  return requireGood(loadSchemaText(text, "schema.yaml"))
}

function requireGood({ schema, problems, notices, text }: LoadedSchema): ReadSchema {
  if (schema === null) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`
    throw alyxError("SCHEMA_INVALID", { message: `schema.yaml has ${count}.`, problems })
  }
  return { schema, text, notices: notices.map(({ message, next }) => [message, next ?? ""].join(" ").trim()) }
}
