import { readdirSync, readFileSync, statSync } from "node:fs"
import path from "node:path"

import { describe, expect, test } from "vitest"

import { errorTable } from "../src/errors.ts"
import { bannedFileNames, bannedWords, dataTables, importRules, packageOwners } from "./tidy-rules.ts"

const root = path.resolve(import.meta.dirname, "..")

/** What the linter cannot say. Each failure names the file, the thing and the reason. */
describe("tidy", () => {
  const sources = filesUnder("src").filter((file) => /\.tsx?$/.test(file))
  const written = [...sources, ...["test", "scripts", "bench", "bin", "runtimes"].flatMap(filesUnder)].filter((file) =>
    /\.(tsx?|cjs|mjs|js)$/.test(file),
  )

  test("a folder imports only what DESIGN.md's table allows", () => {
    const wrong = sources.flatMap((file) => importsOf(file).flatMap((target) => complaintAbout(file, target)))

    expect(wrong).toEqual([])
  })

  test("a package is imported only by the folder that owns it", () => {
    const wrong = sources.flatMap((file) =>
      packagesOf(file)
        .filter((name) => packageOwners[name] && !packageOwners[name].some((owner) => file.startsWith(owner)))
        .map((name) => `${file} imports ${name}; only ${packageOwners[name]!.join(", ")} may`),
    )

    expect(wrong).toEqual([])
  })

  test("no hand-written file is over 400 lines", () => {
    const long = written
      .filter((file) => !dataTables.includes(file))
      .map((file) => ({ file, lines: read(file).split("\n").length - 1 }))
      .filter(({ lines }) => lines > 400)

    expect(long).toEqual([])
  })

  test("files are kebab-case and none has a name that says nothing", () => {
    const wrong = written.filter((file) => {
      const name = path.basename(file).replace(/(\.test)?\.(tsx?|cjs|mjs|js)$/, "")
      const inTests = file.startsWith("test/")
      // The path of a command is its words: src/commands/functions/types.ts is `alyx functions types`.
      const isCommand = file.startsWith("src/commands/")
      return !/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(name) || (bannedFileNames.includes(name) && !inTests && !isCommand)
    })

    expect(wrong).toEqual([])
  })

  test("no banned word stands in the sources", () => {
    const found = written
      // What is global in the platform can only be declared as it is.
      .filter((file) => file !== "test/tidy-rules.ts" && !file.endsWith(".d.ts"))
      .flatMap((file) =>
        bannedWords.flatMap(({ word, only, instead }) =>
          (only === undefined || only.some((folder) => file.startsWith(folder))) && word.test(read(file))
            ? [`${file} has ${word}: ${instead}`]
            : [],
        ),
      )

    expect(found).toEqual([])
  })

  test("process.exit stands in bin/ and daemon/main.ts only", () => {
    const wrong = sources.filter((file) => file !== "src/daemon/main.ts" && /process\.exit\(/.test(read(file)))

    expect(wrong).toEqual([])
  })

  test("every error code is documented in docs/errors.md, and nothing else is", () => {
    const documented = [...read("docs/errors.md").matchAll(/^\|\s*`([A-Z0-9_]+)`/gm)].map((match) => match[1]!)

    expect(documented.toSorted()).toEqual(Object.keys(errorTable).toSorted())
  })

  test("every error code of the table is thrown somewhere", () => {
    // The launcher has one of its own, for a Node that is too old for the rest; some are thrown inside functions.
    const inside = written.filter((file) => file.startsWith("runtimes/"))
    const text = [...sources, ...inside, "bin/node-version.cjs"]
      .filter((file) => file !== "src/errors.ts")
      .map(read)
      .join("\n")
    const unused = Object.keys(errorTable).filter((code) => !text.includes(`"${code}"`))

    expect(unused).toEqual([])
  })

  test("every dependency has its reason in docs/dependencies.md, and an exact version", () => {
    const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string> | undefined>
    const all = Object.entries({
      ...manifest["dependencies"],
      ...manifest["devDependencies"],
      ...manifest["optionalDependencies"],
    })
    const reasons = read("docs/dependencies.md")

    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
    expect(all.map(([name]) => name).filter((name) => !reasons.includes(`| \`${name}\` |`))).toEqual([])
  })

  test("every file that ARCHITECTURE.md names exists", () => {
    const named = [...read("ARCHITECTURE.md").matchAll(/`((?:src|test|scripts|bin|templates|docs|bench)\/[^`*<]+)`/g)]
    const missing = named.map((match) => match[1]!).filter((file) => !exists(file))

    expect(missing).toEqual([])
  })

  test("every folder of src has a row in the import table", () => {
    const folders = new Set(sources.map((file) => folderOf(file)))

    expect([...folders].filter((folder) => !(folder in importRules))).toEqual([])
  })
})

function complaintAbout(file: string, target: string): string[] {
  const from = folderOf(file)
  const to = folderOf(target)
  if (from === to) return []
  const rule = importRules[from]
  if (rule === undefined || rule.may.includes(to)) return []
  return [`${file} imports ${target}: ${from} may import ${rule.may.join(", ") || "nothing"} (${rule.why})`]
}

/** The unit of the import table: a folder of src, a folder of src/daemon, or a single file directly in either. */
function folderOf(file: string): string {
  const parts = file.split("/").slice(1)
  if (parts[0] !== "daemon") return parts.length === 1 ? parts[0]!.replace(/\.ts$/, "") : parts[0]!
  return parts.length === 2 ? `daemon/${parts[1]!.replace(/\.ts$/, "")}` : `daemon/${parts[1]!}`
}

function importsOf(file: string): string[] {
  return specifiersOf(file)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => path.posix.join(path.posix.dirname(file), specifier))
}

function packagesOf(file: string): string[] {
  return specifiersOf(file)
    .filter((specifier) => !specifier.startsWith("."))
    .map((specifier) =>
      specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/"),
    )
}

function specifiersOf(file: string): string[] {
  const pattern = /\bfrom\s+["']([^"'\n]+)["']|^\s*import\s+["']([^"'\n]+)["']|\bimport\(\s*["']([^"']+)["']/gm
  return [...read(file).matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3]!)
}

function filesUnder(folder: string): string[] {
  if (!exists(folder)) return []
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => path.posix.join(folder, name.replaceAll("\\", "/")))
    .filter((file) => !file.includes("node_modules/") && statSync(path.join(root, file)).isFile())
}

function exists(file: string): boolean {
  return statSync(path.join(root, file), { throwIfNoEntry: false }) !== undefined
}

function read(file: string): string {
  return readFileSync(path.join(root, file), "utf8")
}
