import type { Problem } from "../errors.ts"
import type { Schema } from "../schema/schema.ts"

/** Says why the collection named by `auth.collection` cannot hold the documents of accounts; empty when it can. */
export function accountsCollectionProblems(schema: Schema, name: string): readonly Problem[] {
  const collection = schema.collections.get(name)
  if (collection?.primaryKey.type !== "int") return []
  const { primaryKey } = collection
  const at = primaryKey.at ?? collection.at
  return [
    {
      code: "ACCOUNTS_KEY",
      message: `The primary key of ${name} is a number, and the documents of accounts have the id of their account, which is a UUID.`,
      next: `Make ${name}.${primaryKey.name} a uuid (type: uuid, primary: true, default: auto), or name another collection in auth.collection of alyx.yaml.`,
      ...(at === null ? {} : { at }),
    },
  ]
}
