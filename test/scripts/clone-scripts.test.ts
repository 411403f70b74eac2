import { cp, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import path from "node:path"

import { execa } from "execa"
import { describe, expect, test } from "vitest"

import { tempFolder } from "../helpers/temp-folder.ts"

const root = path.resolve(import.meta.dirname, "../..")
const packageFile = createRequire(import.meta.url)("../../scripts/package-file.cjs") as {
  readonly stripPackageFile: (root: string) => void
  readonly restorePackageFile: (root: string) => void
}

/** A package without dependencies: npm can install it without a network. */
async function emptyClone(): Promise<string> {
  const folder = await tempFolder()
  const about = { name: "empty", version: "1.0.0" }
  await writeFile(path.join(folder, "package.json"), JSON.stringify(about))
  await writeLock(folder, about)
  return folder
}

async function writeLock(folder: string, about: object): Promise<void> {
  const lock = { ...about, lockfileVersion: 3, requires: true, packages: { "": about } }
  await writeFile(path.join(folder, "package-lock.json"), JSON.stringify(lock))
}

async function install(folder: string): Promise<string> {
  const script = `require(${JSON.stringify(path.join(root, "scripts/install-packages.cjs"))}).installPackages(process.argv[1])`
  const { stderr } = await execa(process.execPath, ["-e", script, folder])
  return stderr
}

describe("installPackages", () => {
  test("installs once, and again when the lock file asks for something else", async () => {
    const folder = await emptyClone()
    await mkdir(path.join(folder, "node_modules"))

    const first = await install(folder)
    const second = await install(folder)
    await writeLock(folder, { name: "empty", version: "1.0.1" })
    await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "empty", version: "1.0.1" }))
    // What npm recorded would do otherwise: only the version of the package itself is new.
    await rm(path.join(folder, "node_modules/.package-lock.json"), { force: true })
    const third = await install(folder)

    expect(first).toMatch(/^Installing packages .*\nPackages installed in \d+ s\.$/)
    expect(second).toBe("")
    expect(third).toContain("Packages installed")
  })

  test("two at once install once", async () => {
    const folder = await emptyClone()

    const said = await Promise.all([install(folder), install(folder)])

    expect(said.join("\n").match(/Installing packages/g)).toHaveLength(1)
    expect(said.join("\n")).toContain("Another command installs the packages; waiting for it…")
  })

  test("takes what npm has installed already", async () => {
    const folder = await emptyClone()
    await mkdir(path.join(folder, "node_modules"))
    await writeFile(path.join(folder, "node_modules/.package-lock.json"), JSON.stringify({ packages: {} }))

    expect(await install(folder)).toBe("")
    expect((await stat(path.join(folder, "node_modules/.alyx-installed"))).isFile()).toBe(true)
  })

  test("shows what npm says when it fails", async () => {
    const folder = await emptyClone()
    await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "empty", dependencies: { left: "1" } }))

    await expect(install(folder)).rejects.toThrow(/npm ci failed \(exit code 1\)/)
  })
})

describe("the package file", () => {
  test("is kept whole when it is stripped twice", async () => {
    const folder = await tempFolder()
    const file = path.join(folder, "package.json")
    await writeFile(file, '{ "name": "x", "scripts": {} }\n')

    packageFile.stripPackageFile(folder)
    packageFile.stripPackageFile(folder)
    packageFile.restorePackageFile(folder)

    expect(await readFile(file, "utf8")).toBe('{ "name": "x", "scripts": {} }\n')
  })

  test("is stripped for packing and comes back whole, also when packing was cut off", async () => {
    const folder = await tempFolder()
    const file = path.join(folder, "package.json")
    const whole = '{ "name": "x",\n  "scripts": {}, "devDependencies": {}, "optionalDependencies": {}, "bin": "x" }\n'
    await writeFile(file, whole)

    packageFile.stripPackageFile(folder)
    const packed = JSON.parse(await readFile(file, "utf8")) as unknown
    packageFile.restorePackageFile(folder)
    packageFile.restorePackageFile(folder)

    expect(packed).toEqual({ name: "x", bin: "x" })
    expect(await readFile(file, "utf8")).toBe(whole)
  })
})

test("another script leaves a pack that is under way alone", async () => {
  const clone = await tempFolder()
  for (const name of ["bin", "scripts"]) await cp(path.join(root, name), path.join(clone, name), { recursive: true })
  await writeFile(path.join(clone, "package.json"), "{}")
  await writeFile(path.join(clone, ".package.json.unpacked"), '{ "whole": true }')

  await execa(process.execPath, [path.join(clone, "scripts/run.cjs"), "no-such"], { reject: false })
  const during = await readFile(path.join(clone, "package.json"), "utf8")
  await execa(process.execPath, [path.join(clone, "scripts/run.cjs"), "postpack"])

  expect(during).toBe("{}")
  expect(await readFile(path.join(clone, "package.json"), "utf8")).toBe('{ "whole": true }')
})

test("an unknown script is refused with the known ones", async () => {
  const { exitCode, stderr } = await execa(process.execPath, [path.join(root, "scripts/run.cjs"), "strat"], {
    reject: false,
  })

  expect(exitCode).toBe(2)
  expect(stderr).toContain("start|alyx|test|test:long")
})
