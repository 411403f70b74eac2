import { copyFile, readFile } from "node:fs/promises"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Readable } from "node:stream"

import { expect, test } from "vitest"

import type { BackupResponse, RestoreResponse } from "../../../src/protocol/data-api.ts"
import { sendTo } from "../../helpers/running-daemon.ts"
import { startDataDaemon } from "./data-daemon.ts"
import type { DataDaemon } from "./data-daemon.ts"

const schema = `version: 1
collections:
  posts:
    fields:
      title: { type: string, maxLength: 200 }
      slug: { type: string, unique: true, nullable: true }
`

interface Served extends DataDaemon {
  /** A backup that somebody has changed. */
  readonly changed: (sql: string) => Promise<Buffer>
}

async function served(): Promise<Served> {
  const daemon = await startDataDaemon(schema)
  for (const title of ["keep", "other"]) await sendTo(daemon.url, "POST", "/api/collections/posts", { title })
  const whole = path.join(daemon.folder, "whole.db")
  await daemon.client.post<BackupResponse>("/api/admin/db/backup", { file: whole })
  const changed = async (sql: string): Promise<Buffer> => {
    const file = path.join(daemon.folder, "changed.db")
    await copyFile(whole, file)
    const database = new DatabaseSync(file, { enableForeignKeyConstraints: false, defensive: false })
    database.exec(sql)
    database.close()
    return readFile(file)
  }
  return { ...daemon, changed }
}

function restore(daemon: DataDaemon, content: Buffer): Promise<RestoreResponse> {
  const body = Readable.from([content])
  return daemon.client.postWithProgress("/api/admin/db/restore?format=db&name=in.db", body, () => undefined)
}

test("a backup that is not what Alyx makes is refused with what is wrong, and nothing is changed", async () => {
  const daemon = await served()
  const bad: [sql: string, says: string][] = [
    [
      "CREATE TRIGGER evil AFTER UPDATE ON _alyx_meta BEGIN DELETE FROM posts; END",
      "the trigger evil is on the system",
    ],
    [
      "CREATE TABLE p AS SELECT * FROM posts; DROP TABLE posts; ALTER TABLE p RENAME TO posts",
      "the column id of its table",
    ],
    [
      "DROP TABLE posts; CREATE VIRTUAL TABLE posts USING fts5(id, title, slug, created_at, updated_at)",
      "no table posts",
    ],
    ["DROP TABLE posts; CREATE VIEW posts AS SELECT 1 AS id, 'x' AS title", "it has no table posts"],
    ["UPDATE _alyx_meta SET value = 'nope' WHERE key = 'schema'", "its schema cannot be read"],
    ["UPDATE _alyx_meta SET value = '-1' WHERE key = 'format_version'", "which format it has"],
    ["UPDATE _alyx_meta SET value = '999' WHERE key = 'format_version'", "format 999"],
    [
      "CREATE TABLE m AS SELECT * FROM _alyx_meta; DROP TABLE _alyx_meta; CREATE VIEW _alyx_meta AS SELECT * FROM m",
      "lacks",
    ],
    ["CREATE TABLE t (a CHECK (length(hex(zeroblob(90000000))) > 0)); INSERT INTO t VALUES (1)", "is damaged"],
    ["PRAGMA ignore_check_constraints = ON; UPDATE posts SET title = printf('%.300c', 'x')", "CHECK constraint failed"],
    ["PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM", "pages of the file have 8192 bytes"],
  ]

  for (const [sql, says] of bad) {
    const content = await daemon.changed(sql)
    await expect(restore(daemon, content), sql).rejects.toMatchObject({
      code: expect.stringMatching(/^(RESTORE_INVALID|DATABASE_NEWER)$/) as unknown,
      message: expect.stringContaining(says) as unknown,
    })
  }
  expect(await daemon.docs("posts", "sort=title")).toMatchObject([{ title: "keep" }, { title: "other" }])
})

test("the triggers and indexes of Alyx are made anew, and what others made is named", async () => {
  const daemon = await served()

  const done = await restore(
    daemon,
    await daemon.changed(`
      DROP TRIGGER _alyx_insert_posts;
      CREATE TRIGGER _alyx_insert_posts AFTER INSERT ON posts BEGIN DELETE FROM posts; END;
      DROP INDEX unique_posts_slug;
      CREATE VIEW mine AS SELECT * FROM posts;
    `),
  )

  expect(done).toMatchObject({ collections: { posts: 2 } })
  expect(done.notices).toEqual([expect.stringContaining("the view mine.")])
  const first = await sendTo(daemon.url, "POST", "/api/collections/posts", { title: "new", slug: "a" })
  const second = await sendTo(daemon.url, "POST", "/api/collections/posts", { title: "new", slug: "a" })
  expect([first.status, second.status]).toEqual([201, 409])
  expect(await daemon.docs("posts")).toHaveLength(3)
})
