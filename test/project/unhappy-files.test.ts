import { execFileSync } from "node:child_process"
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"

import * as fc from "fast-check"
import { expect, test } from "vitest"

import { loadConfig } from "../../src/project/load-config.ts"
import { loadProjectSchema } from "../../src/project/load-schema.ts"
import { readText } from "../../src/project/read-text.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

/** What is said of an alyx.yaml with this content. */
async function complaintsAbout(content: string | Buffer): Promise<string[]> {
  const root = await tempFolder()
  await writeFile(join(root, "alyx.yaml"), content)
  const { config, problems } = loadConfig({ root, env: {}, flags: {}, mode: "dev" })
  expect(config === null).toBe(problems.length > 0)
  return problems.map(({ at, code, message }) => `${at?.line}:${at?.column} ${code} ${message}`)
}

test.each([
  ["0 bytes", ""],
  ["white space", "  \n\n"],
  ["only comments", "# nothing\n"],
  ["null", "~\n"],
  ["a document marker", "---\n...\n"],
  ["a replacement character in a comment", "# \uFFFD\n"],
  ["a byte order mark and CRLF", "\uFEFFserver:\r\n  port: 8090\r\n"],
])("a file with %s is a configuration", async (_, content) => {
  expect(await complaintsAbout(content)).toEqual([])
})

test("a byte order mark does not move columns", async () => {
  expect(await complaintsAbout("\uFEFFprot: 1")).toEqual(['1:1 UNKNOWN_OPTION There is no option "prot".'])
})

test.each([
  [
    "a picture",
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]),
    "1:1 FILE_UNREADABLE alyx.yaml is not a text file in UTF-8.",
  ],
  ["a NUL in its second line", "a: 1\nb\0", "2:2 FILE_UNREADABLE alyx.yaml is not a text file in UTF-8."],
  [
    "Latin-1",
    Buffer.from("server:\n  host: caf\xe9\n", "latin1"),
    "2:12 FILE_UNREADABLE alyx.yaml is not a text file in UTF-8.",
  ],
  ["UTF-16", Buffer.from("\uFEFFserver:", "utf16le"), "1:1 FILE_UNREADABLE alyx.yaml is written in UTF-16."],
  ["10 MB", "#".repeat(10 * 1024 * 1024), "1:1 FILE_UNREADABLE alyx.yaml is larger than 1024 KB."],
  ["text", "hello", "1:1 WRONG_TYPE The file must be a map of options, such as `server:`."],
  ["a list", "- server", "1:1 WRONG_TYPE The file must be a map of options, such as `server:`."],
])("a file with %s is refused with its place", async (_, content, expected) => {
  expect(await complaintsAbout(content)).toEqual([expected])
})

test.each([
  ["tabs", "server:\n\tport: 1\n", /^2:1 YAML_SYNTAX/],
  ["a key twice", "server:\n  port: 1\n  port: 2\n", /^3:3 YAML_SYNTAX/],
  ["a bracket that stays open", "server: { port: 1\n", /YAML_SYNTAX/],
  ["several documents", "a: 1\n---\nb: 2\n", /YAML_SYNTAX/],
  ["an alias to nowhere", "server: *nowhere\n", /YAML_SYNTAX/],
])("YAML with %s is refused with its place", async (_, content, expected) => {
  const complaints = await complaintsAbout(content)

  expect(complaints[0]).toMatch(expected)
})

test("a variable without quotes inside brackets is explained", async () => {
  const root = await tempFolder()
  await writeFile(join(root, "alyx.yaml"), "server: { port: ${PORT:-1} }\n")

  const { problems } = loadConfig({ root, env: {}, flags: {}, mode: "dev" })

  expect(problems[0]).toMatchObject({ code: "YAML_SYNTAX", next: "Inside [ ] and { } a ${NAME} must be in quotes." })
})

test("aliases that multiply without end are refused at once", async () => {
  const rows = Array.from({ length: 30 }, (_, row) => `a${row + 1}: &a${row + 1} [*a${row}, *a${row}]`)

  expect(await complaintsAbout(`a0: &a0 [x]\n${rows.join("\n")}\n`)).not.toEqual([])
})

test("no text makes loading throw, or takes long", async () => {
  const root = await tempFolder()
  const piece = fc.constantFrom(
    "server",
    "port",
    ":",
    " ",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "${",
    "}",
    "'",
    '"',
    "&a",
    "*a",
    "!!x",
    "|",
    ">",
    "#",
    "\t",
    "null",
    "1e999",
    "0x1f",
    "auth",
    "oauth",
    "webhooks",
    "?",
    "<<",
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      await writeFile(join(root, "alyx.yaml"), pieces.join(""))
      await writeFile(join(root, ".env"), pieces.join(""))

      const { config, problems } = loadConfig({ root, env: {}, flags: {}, mode: "dev" })

      expect(config === null).toBe(problems.length > 0)
    }),
    { numRuns: 500 },
  )
})

test("folders, pipes, links to themselves and files without permission are no configuration", async () => {
  const root = await tempFolder()
  await mkdir(join(root, "folder"))
  execFileSync("mkfifo", [join(root, "pipe")])
  await symlink("loop", join(root, "loop"))
  await writeFile(join(root, "closed"), "")
  await chmod(join(root, "closed"), 0o000)
  const read = (name: string): string => {
    const result = readText({ path: join(root, name), name, bytesMax: 1024 })
    return result.kind === "unreadable" ? result.problem.message : result.kind
  }

  expect(read("folder")).toBe("folder is a folder, and should be a file.")
  expect(read("pipe")).toBe("pipe is not a regular file.")
  expect(read("loop")).toBe("loop is a symbolic link that leads to itself.")
  expect(read("nothing")).toBe("missing")
  // The superuser may read everything.
  expect(read("closed")).toBe(process.getuid?.() === 0 ? "text" : "closed may not be read by this user.")
})

test("folders named alyx.yaml, .env and schema.yaml are reported, not thrown", async () => {
  const root = await tempFolder()
  for (const name of ["alyx.yaml", ".env", "schema.yaml"]) await mkdir(join(root, name))

  const { problems } = loadConfig({ root, env: {}, flags: {}, mode: "start" })
  const schema = loadProjectSchema(root)

  expect(problems.map(({ message }) => message)).toEqual([
    ".env is a folder, and should be a file.",
    "alyx.yaml is a folder, and should be a file.",
  ])
  expect(schema.schema).toBeNull()
  expect(schema.problems.map(({ code }) => code)).toEqual(["FILE_UNREADABLE"])
})

test("a schema is loaded with its text, and its absence is a problem with the way out", async () => {
  const root = await tempFolder()
  const before = loadProjectSchema(root)
  const text = "collections:\n  notes:\n    fields:\n      body: { type: text }\n"
  await writeFile(join(root, "schema.yaml"), text)

  const after = loadProjectSchema(root)

  expect(before.problems).toMatchObject([{ code: "FILE_MISSING", next: expect.stringContaining("alyx init") }])
  expect([...after.schema!.collections.keys()]).toEqual(["notes"])
  expect(after.text).toBe(text)
})
