import { alyxError } from "../../errors.ts"
import { loadProjectSchema } from "../../project/load-schema.ts"
import type { LoadedSchema } from "../../project/load-schema.ts"
import { unreadableText } from "../../project/read-text.ts"
import { parseSchema } from "../../schema/parse.ts"
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
  return requireGood({ ...parseSchema(text, "schema.yaml"), text })
}

function requireGood({ schema, problems, notices, text }: LoadedSchema): ReadSchema {
  if (schema === null) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`
    throw alyxError("SCHEMA_INVALID", { message: `schema.yaml has ${count}.`, problems })
  }
  const sentences = notices.map((notice) => notice.message)
  return { schema, text, notices: hasRules(schema) ? [...sentences, rulesNotice] : sentences }
}

const rulesNotice =
  "Access rules are read but not enforced yet: whoever reaches this API can read and write everything."

function hasRules(schema: Schema): boolean {
  return [...schema.collections.values()].some(({ rules }) => Object.values(rules).some((rule) => rule !== null))
}
