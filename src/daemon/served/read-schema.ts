import { alyxError } from "../../errors.ts"
import { accountsCollectionProblems } from "../../project/accounts-collection.ts"
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

/**
 * Reads schema.yaml; throws SCHEMA_INVALID with every problem. Whoever is about to serve it says which collection is to
 * hold the documents of accounts.
 */
export function readSchema(root: string, accountsCollection: string | null = null): ReadSchema {
  return requireGood(loadProjectSchema(root, accountsCollection ?? undefined), accountsCollection)
}

/** The same for a text that is not in the project yet. */
export function readSchemaText(text: string, accountsCollection: string | null = null): ReadSchema {
  const problem = unreadableText("schema.yaml", text)
  if (problem !== null) return requireGood({ schema: null, problems: [problem], notices: [], text }, null)
  return requireGood(loadSchemaText(text, "schema.yaml", accountsCollection ?? undefined), accountsCollection)
}

function requireGood(loaded: LoadedSchema, accountsCollection: string | null): ReadSchema {
  const { schema, problems, notices, text } = withAccounts(loaded, accountsCollection)
  if (schema === null) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`
    throw alyxError("SCHEMA_INVALID", { message: `schema.yaml has ${count}.`, problems })
  }
  return { schema, text, notices: notices.map(({ message, next }) => [message, next ?? ""].join(" ").trim()) }
}

function withAccounts(loaded: LoadedSchema, accountsCollection: string | null): LoadedSchema {
  if (loaded.schema === null || accountsCollection === null) return loaded
  const problems = accountsCollectionProblems(loaded.schema, accountsCollection)
  return problems.length === 0 ? loaded : { ...loaded, schema: null, problems }
}
