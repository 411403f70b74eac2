import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync, writeSync } from "node:fs"
import { mkdir, readdir } from "node:fs/promises"
import path from "node:path"

import { expect, onTestFinished, test } from "vitest"

import { LogOutput } from "../../src/daemon/log-output.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

test("a log that grows is put aside again and again, three old ones are kept, and no line is lost between them", async () => {
  const { output, file, folder } = await logIn(1_000)

  for (let line = 1; line <= 260; line += 1) output.write(`line ${String(line).padStart(14)}\n`)

  expect((await readdir(folder)).toSorted()).toEqual(["daemon.log", "daemon.log.1", "daemon.log.2", "daemon.log.3"])
  const kept = [`${file}.3`, `${file}.2`, `${file}.1`, file].map((name) => readFileSync(name, "utf8")).join("")
  const numbers = kept
    .trimEnd()
    .split("\n")
    .map((line) => Number(line.slice(5)))
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 260 - numbers.length + 1 + index))
  expect(numbers.length).toBeGreaterThan(150)
  expect(statSync(file).size).toBeLessThan(1_000)
  expect(statSync(`${file}.1`).mode & 0o777).toBe(0o600)
})

test("what a log already holds counts", async () => {
  const { file, descriptor } = await logIn(1_000)
  writeSync(descriptor, "x".repeat(990))
  const output = outputTo(file, descriptor, 1_000)

  output.write("the last line of it\n")
  output.write("the first line after it\n")

  expect(readFileSync(`${file}.1`, "utf8")).toMatch(/x{990}the last line of it\n$/)
  expect(readFileSync(file, "utf8")).toBe("the first line after it\n")
})

test("a log that was moved away is left alone", async () => {
  const { output, file } = await logIn(100)
  renameSync(file, `${file}.kept`)

  for (let line = 0; line < 20; line += 1) output.write("twenty characters..\n")

  expect(statSync(`${file}.kept`).size).toBe(400)
  expect(existsSync(`${file}.1`)).toBe(false)
})

test("a log that cannot be put aside goes on", async () => {
  const { output, file } = await logIn(100)
  await mkdir(path.join(`${file}.1`, "in the way"), { recursive: true })
  await mkdir(path.join(`${file}.2`, "in the way"), { recursive: true })
  await mkdir(path.join(`${file}.3`, "in the way"), { recursive: true })

  for (let line = 0; line < 20; line += 1) output.write("twenty characters..\n")

  expect(statSync(file).size).toBe(400)
})

async function logIn(bytesMax: number) {
  const folder = await tempFolder()
  const file = path.join(folder, "daemon.log")
  const descriptor = openSync(file, "a", 0o600)
  onTestFinished(() => closeSync(descriptor))
  return { folder, file, descriptor, output: outputTo(file, descriptor, bytesMax) }
}

function outputTo(file: string, descriptor: number, bytesMax: number): LogOutput {
  return new LogOutput({ file, descriptor, bytesMax, write: (text) => writeSync(descriptor, text) })
}
