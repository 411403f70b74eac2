import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, test } from "vitest"

import { readMigrationFiles, writeMigrationFile } from "../../src/project/migration-files.ts"
import { parseMigration } from "../../src/schema/migrations/parse-migration.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const good = "operations:\n  - { type: drop_collection, collection: a }\n"

async function folderWith(files: Readonly<Record<string, string>>): Promise<{ readonly migrationsDir: string }> {
  const migrationsDir = join(await tempFolder(), "migrations")
  await mkdir(migrationsDir)
  for (const [name, text] of Object.entries(files)) await writeFile(join(migrationsDir, name), text)
  return { migrationsDir }
}

describe("readMigrationFiles", () => {
  test("reads the files by number, and says what is wrong with the others", async () => {
    const paths = await folderWith({
      "010_b.yaml": good,
      "2_a.yaml": good,
      "003_bad.yaml": "operations:\n  - { type: drop }\n",
      "004_bytes.yaml": "\0",
      "005_old.yml": good,
      "notes.yaml": good,
      "README.md": "hello",
      ".hidden.yaml": good,
    })

    const { migrations, problems, notices, texts } = readMigrationFiles(paths)

    expect(migrations.map((migration) => migration.file)).toEqual(["migrations/2_a.yaml", "migrations/010_b.yaml"])
    expect(problems.map(({ code, at }) => `${at?.file}:${at?.line} ${code}`)).toEqual([
      "migrations/003_bad.yaml:2 OPERATION_UNKNOWN",
      "migrations/004_bytes.yaml:1 FILE_UNREADABLE",
    ])
    expect(notices).toEqual([
      expect.stringContaining("migrations/005_old.yml is left out"),
      expect.stringContaining("migrations/notes.yaml is left out"),
    ])
    expect([...texts.keys()]).toEqual(["migrations/003_bad.yaml"])
  })

  test("a link to nothing is a problem, and no migration that is left out in silence", async () => {
    const paths = await folderWith({ "001_a.yaml": good })
    await symlink("nowhere.yaml", join(paths.migrationsDir, "002_b.yaml"))

    expect(readMigrationFiles(paths).problems).toMatchObject([
      { code: "FILE_UNREADABLE", at: { file: "migrations/002_b.yaml" } },
    ])
  })

  test("a missing folder means no migrations; a file in its place is a problem", async () => {
    const migrationsDir = join(await tempFolder(), "migrations")

    expect(readMigrationFiles({ migrationsDir })).toMatchObject({ migrations: [], problems: [], notices: [] })

    await writeFile(migrationsDir, "")
    expect(readMigrationFiles({ migrationsDir }).problems).toMatchObject([{ code: "FILE_UNREADABLE" }])
  })
})

function textOf(number: number, name: string): string {
  return `version: ${number}\nname: ${name}\n${good}`
}

describe("writeMigrationFile", () => {
  test("takes the next number and a name that files can have", async () => {
    const migrationsDir = join(await tempFolder(), "migrations")

    const first = await writeMigrationFile({ migrationsDir }, { name: "Rename user name!", text: textOf })
    const second = await writeMigrationFile(
      { migrationsDir },
      { name: "Überschrift", text: textOf, appliedNumberMax: 8 },
    )

    expect([first, second]).toEqual(["migrations/001_rename_user_name.yaml", "migrations/009_uberschrift.yaml"])
    const path = join(migrationsDir, "001_rename_user_name.yaml")
    expect(parseMigration({ file: first, text: await readFile(path, "utf8") }).problems).toEqual([])
    expect((await stat(path)).mode & 0o777).toBe(0o644)
  })

  test("never overwrites a file, also when several write at once", async () => {
    const paths = await folderWith({ "001_x.yaml": "mine" })

    const files = await Promise.all(
      Array.from({ length: 5 }, async () => await writeMigrationFile(paths, { name: "x", text: textOf })),
    )

    expect(new Set(files).size).toBe(5)
    expect(await readFile(join(paths.migrationsDir, "001_x.yaml"), "utf8")).toBe("mine")
    expect(readMigrationFiles(paths).migrations.map(({ number }) => number)).toEqual([2, 3, 4, 5, 6])
  })

  test("refuses a name of which nothing is left", async () => {
    const paths = await folderWith({})

    await expect(writeMigrationFile(paths, { name: " !? ", text: textOf })).rejects.toMatchObject({ code: "USAGE" })
  })
})
