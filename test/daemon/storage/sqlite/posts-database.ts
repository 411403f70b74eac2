import { afterEach, beforeEach } from "vitest"

import { isAlyxError } from "../../../../src/errors.ts"
import type { Problem } from "../../../../src/errors.ts"
import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import { applySchema } from "../../../../src/daemon/storage/sqlite/apply-schema.ts"
import { runMigration } from "../../../../src/daemon/storage/sqlite/run-migration.ts"
import type { Schema } from "../../../../src/schema/schema.ts"
import { requireSchema } from "../../../schema/arbitrary-schema.ts"
import { stepOf } from "../migration-step.ts"
import { openTempDatabase } from "../open-temp-database.ts"
import type { TempDatabase } from "../open-temp-database.ts"

/** Posts of users, with comments. */
export const schemaText = `version: 1
collections:
  users:
    timestamps: false
    fields:
      name: { type: string, unique: true }
  posts:
    timestamps: false
    fields:
      title: { type: string, maxLength: 40, index: true }
      note: { type: text, nullable: true }
      views: { type: string }
      rating: { type: float }
      at: { type: string }
      is_live: { type: bool, default: false }
      author_id: { type: uuid, references: users.id, onDelete: cascade }
    indexes:
      - { fields: [title, is_live] }
  comments:
    timestamps: false
    fields:
      number: { type: int, primary: true, default: auto }
      post_id: { type: uuid, references: posts.id, onDelete: cascade }
      text: { type: string }
`

/** Stands still. */
export const clock = { now: () => Date.parse("2026-05-04T03:02:01.000Z") }

/** A database of its own for each test of a file, and what is done with it. */
export interface PostsDatabase {
  readonly temp: TempDatabase
  readonly rows: (sql: string) => Record<string, unknown>[]
  readonly run: (sql: string) => Promise<unknown>
  /** Makes the tables, and this many posts with their users and comments. */
  readonly fill: (count: number) => Promise<void>
  /** Runs operations of a migration file, as YAML. */
  readonly migrate: (operations: string, smallRowCountMax?: number) => Promise<Schema>
  /** Runs those that must be refused, and returns why. */
  readonly refusal: (operations: string, smallRowCountMax?: number) => Promise<readonly Problem[]>
}

/** Opens and removes the database around every test of the file that calls this. */
export function usePostsDatabase(): PostsDatabase {
  let temp: TempDatabase
  beforeEach(async () => {
    temp = await openTempDatabase({ durability: "normal" })
  })
  afterEach(() => temp.remove())

  const run = (sql: string): Promise<unknown> => temp.database.write((transaction) => transaction.run(sqlQuery(sql)))
  const migrate = async (operations: string, smallRowCountMax: number = Infinity): Promise<Schema> => {
    const { schema } = await runMigration(temp.database, {
      steps: [stepOf(operations)],
      schema: null,
      smallRowCountMax,
      clock,
      onProgress: () => undefined,
      onApplied: () => undefined,
    })
    return schema
  }
  return {
    get temp() {
      return temp
    },
    rows: (sql) => temp.database.read((reader) => reader.all(sqlQuery(sql))).map((row) => ({ ...row })),
    run,
    async fill(count) {
      await applySchema(temp.database, requireSchema(schemaText), { clock })
      await run(
        "INSERT INTO users (id, name) SELECT 'u' || value, 'name ' || value FROM json_each('[0,1,2,3,4,5,6,7,8,9]')",
      )
      await run(postSql(count))
      await run(
        "INSERT INTO comments (post_id, text) SELECT id, 'text of ' || id FROM posts WHERE CAST(views AS INTEGER) % 5 = 0",
      )
      await run("DELETE FROM comments WHERE number % 7 = 0")
    },
    migrate,
    refusal: (operations, smallRowCountMax) =>
      migrate(operations, smallRowCountMax).then(
        () => Promise.reject(new Error("The migration was applied.")),
        (error: unknown) => {
          if (!isAlyxError(error, "UNSAFE_CHANGES")) throw error
          return error.problems
        },
      ),
  }
}

function postSql(count: number): string {
  return `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
  INSERT INTO posts (id, title, note, views, rating, at, is_live, author_id)
  SELECT printf('p%06d', i), 'title ' || (i % 100), iif(i % 3, 'note ' || i, NULL), i, i * 1.0,
    '2026-01-' || printf('%02d', 1 + i % 28), i % 2, 'u' || (i % 10) FROM n`
}
