import { existsSync } from "node:fs"
import { readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises"
import path from "node:path"

import { createPlugin } from "@extism/extism"
import { expect, onTestFinished, test } from "vitest"

import { isAlyxError } from "../../src/errors.ts"
import { clockTickMs } from "../../src/functions/file-hashes.ts"
import { readPlugin } from "../../src/functions/read-plugin.ts"
import { functionProject } from "../helpers/function-project.ts"

const answering = (text: string): string => `export function run() { Host.outputString(${JSON.stringify(text)}) }`

/** What a promise was rejected with. */
async function refusal(work: Promise<unknown>): Promise<{ code: string; message: string; next?: string | undefined }> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!isAlyxError(error)) throw new Error(`It was not refused: ${String(error)}`)
  return error
}

test("a function is built once, and again when a file that it is made of changes", async () => {
  const project = await functionProject({
    "functions/f.ts": `import { text } from "./_shared/text"; ${answering("x").replace('"x"', "text")}`,
    "functions/_shared/text.ts": "export const text = 'first'",
  })
  const file = path.join(project.root, ".alyx/functions/f.wasm")

  const first = await project.build("f")
  const again = await project.build("f")
  await project.write({ "functions/_shared/text.ts": "export const text = 'second'" })
  const changed = await project.build("f")
  await project.write({ "functions/f.yaml": "abi: extism\nenv: { A: b }\n" })
  const otherwise = await project.build("f")

  expect([first, again, changed, otherwise].map(({ isCached }) => isCached)).toEqual([false, true, false, false])
  expect(again.hash).toBe(first.hash)
  expect(again).toMatchObject({ description: first.description, sourceMap: first.sourceMap, inputs: first.inputs })
  expect(changed.hash).not.toBe(first.hash)
  expect(first.inputs).toEqual(
    expect.arrayContaining(
      ["functions/f.ts", "functions/_shared/text.ts"].map((name) => path.join(project.root, name)),
    ),
  )
  expect((await readFile(file)).equals(otherwise.wasm)).toBe(true)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test("a plug-in that lies there says what it is, and is not believed to be of our making", async () => {
  const project = await functionProject({ "functions/f.ts": answering("x") })
  const built = await project.build("f")
  const again = await project.build("f")
  await writeFile(path.join(project.root, "functions/copy.wasm"), built.wasm)

  const copy = await project.build("copy")

  expect([built.isOwn, again.isOwn, copy.isOwn]).toEqual([true, true, false])
  expect(copy.description).toEqual(built.description)
})

test("a file that is larger than a plug-in may be is not read", async () => {
  const project = await functionProject({ "functions/f.ts": answering("x") })
  const file = path.join(project.root, "functions/big.wasm")
  await writeFile(file, "")
  await truncate(file, 1500 * 1024 * 1024)
  const before = process.memoryUsage().rss

  expect(await refusal(project.build("big"))).toMatchObject({
    code: "PLUGIN_INVALID",
    message: "functions/big.wasm is larger than 64 MB.",
  })
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024)
})

test("a plug-in that was changed or lost is built anew, also with a damaged record", async () => {
  const project = await functionProject({ "functions/f.js": answering("x") })
  const file = path.join(project.root, ".alyx/functions/f.wasm")
  const { hash } = await project.build("f")

  await writeFile(file, "damaged")
  expect(await project.build("f")).toMatchObject({ isCached: false, hash })
  await rm(file)
  expect(await project.build("f")).toMatchObject({ isCached: false, hash })
  await writeFile(path.join(project.root, ".alyx/functions/f.json"), '{"key": 5')
  expect(await project.build("f")).toMatchObject({ isCached: false, hash })
})

test("a build during which a file was saved is not taken for one of the new content", async () => {
  const project = await functionProject({
    "functions/f/manifest.yaml": "build: { command: node, args: [make.mjs], watch: ['*.txt'], output: x.wasm }\n",
    "functions/f/text.txt": "old",
    "functions/f/make.mjs": `
      import fs from "node:fs"
      fs.writeFileSync("x.wasm", Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]))
      if (fs.readFileSync("text.txt", "utf8") === "old") fs.writeFileSync("text.txt", "saved meanwhile")`,
  })

  const overtaken = await project.build("f")
  // A build that begins in the same tick of the file system's clock as the save keeps nothing either.
  const { ctimeMs } = await stat(path.join(project.root, "functions/f/text.txt"))
  await expect.poll(() => Date.now() - ctimeMs).toBeGreaterThan(clockTickMs)
  const next = await project.build("f")
  const same = await project.build("f")
  await project.write({ "functions/f/new.txt": "a file that was not there" })
  const last = await project.build("f")

  expect([overtaken, next, same, last].map(({ isCached }) => isCached)).toEqual([false, false, true, false])
})

test("a build that cannot be kept is served, and kept as soon as there is room", async () => {
  const project = await functionProject({ "functions/f.js": answering("x"), ".alyx/functions": "in the way" })

  const unkept = await project.build("f")
  await rm(path.join(project.root, ".alyx/functions"))
  const kept = await project.build("f")
  const again = await project.build("f")

  expect(unkept.description?.exports).toEqual(["run"])
  expect(unkept.warnings).toEqual([
    "The build of f cannot be kept in .alyx/functions (EEXIST), and is made again at the next start.",
  ])
  expect([kept, again].map(({ isCached, warnings }) => [isCached, warnings])).toEqual([
    [false, []],
    [true, []],
  ])
})

test("a source that breaks leaves the last plug-in, and one that is mended builds", async () => {
  const project = await functionProject({ "functions/f.js": answering("x") })
  const good = await project.build("f")

  await project.write({ "functions/f.js": "export const = 1" })
  expect(await refusal(project.build("f"))).toMatchObject({ code: "BUILD_FAILED" })
  const kept = await readFile(path.join(project.root, ".alyx/functions/f.wasm"))
  await project.write({ "functions/f.js": answering("y") })
  const mended = await project.build("f")

  expect(kept.equals(good.wasm)).toBe(true)
  expect(mended.isCached).toBe(false)
})

test("a build that is stopped is refused, and nothing is left behind", async () => {
  const project = await functionProject({ "functions/f.js": "for (;;) {}" })

  const building = refusal(project.build("f"))
  await project.builder.stop()

  expect(await building).toMatchObject({ code: "INTERRUPTED" })
})

test.runIf(process.platform === "linux")("the compiler's processes are gone when it has stopped", async () => {
  const project = await functionProject({ "functions/f.js": answering("x") })
  await project.build("f")
  const before = await childrenNamed("esbuild")

  await project.builder.stop()

  expect(before.length).toBeGreaterThan(0)
  expect(await childrenNamed("esbuild")).toHaveLength(before.length - 1)
})

test("a command makes an Extism plug-in: AssemblyScript with asc of npm", async () => {
  const project = await functionProject({
    "functions/word/manifest.yaml": `
runtime: assemblyscript
build:
  command: asc
  args: [word.ts, --outFile, plugin.wasm, --optimize, --use, abort=word/stop]
  watch: ["*.ts"]
  output: plugin.wasm
`,
    "functions/word/word.ts": await readFile(path.resolve(import.meta.dirname, "../fixtures/functions/word.as")),
  })
  await symlink(path.resolve(import.meta.dirname, "../../node_modules"), path.join(project.root, "node_modules"))

  const made = await project.build("word")
  const again = await project.build("word")

  expect(made.description).toBeNull()
  expect([made, again].map(({ isCached }) => isCached)).toEqual([false, true])
  const { imports, exports } = readPlugin(made.wasm, "plugin.wasm")
  expect(imports.every(({ module }) => module === "extism:host/env")).toBe(true)
  expect(exports.filter(({ kind }) => kind === "function").length).toBeGreaterThan(0)
  const plugin = await createPlugin({ wasm: [{ module: await WebAssembly.compile(made.wasm) }] })
  onTestFinished(() => plugin.close())
  expect((await plugin.call("handler", ""))?.text()).toBe("the-first-word")
})

const command = (script: string, output = "x.wasm"): Record<string, string> => ({
  "functions/f/manifest.yaml": `build: { command: node, args: [make.mjs], output: ${output} }\n`,
  "functions/f/make.mjs": script,
})

test("a command that fails tells what it wrote; it sees nothing of .env", async () => {
  const project = await functionProject({
    ...command(
      "console.log('secret', process.env.SECRET, process.cwd().endsWith('functions/f')); console.error('no good'); process.exit(3)",
    ),
    ".env": "SECRET=hush\n",
  })
  process.env["SECRET"] = "hush"
  onTestFinished(() => void delete process.env["SECRET"])
  const lines: string[] = []
  const [source] = project.discover().functions

  const error = await refusal(project.builder.build(source!, { onOutput: (line) => lines.push(line) }))

  expect(error.code).toBe("BUILD_COMMAND_FAILED")
  expect(error.message).toBe("The build command of f ended with 3: node make.mjs\n  secret undefined true\n  no good")
  expect(lines).toEqual(["secret undefined true", "no good"])
})

test.each([
  [
    "leaves no plug-in",
    "",
    "BUILD_COMMAND_FAILED",
    "node, the build command of f, ended well, but there is no x.wasm in its folder.",
  ],
  [
    "writes text",
    "import fs from 'fs'; fs.writeFileSync('x.wasm', 'text that is none')",
    "PLUGIN_INVALID",
    "functions/f/x.wasm is no WebAssembly module.",
  ],
  [
    "writes half",
    "import fs from 'fs'; fs.writeFileSync('x.wasm', Buffer.from([0,97,115,109,1,0,0,0,1,200,1,5]))",
    "PLUGIN_INVALID",
    "functions/f/x.wasm is damaged.",
  ],
  [
    "writes nothing",
    "import fs from 'fs'; fs.writeFileSync('x.wasm', '')",
    "PLUGIN_INVALID",
    "functions/f/x.wasm is empty.",
  ],
])("a command that %s is told so", async (_, script, code, message) => {
  const project = await functionProject(command(script))

  expect(await refusal(project.build("f"))).toMatchObject({ code, message })
})

test.each([
  ["extism-js", "github.com/extism/js-pdk"],
  ["tinygo", "tinygo.org"],
  ["no-such-program", "PATH"],
])("the program %s that is not there is named, with how to get it", async (program, hint) => {
  const project = await functionProject({
    "functions/f/manifest.yaml": `build: { command: /nowhere/${program}, output: x.wasm }\n`,
  })

  const error = await refusal(project.build("f"))

  expect(error).toMatchObject({ code: "BUILD_COMMAND_FAILED", message: expect.stringContaining("was not found") })
  expect(error.next).toContain(hint)
})

test("a command that is overtaken ends with all that it started", async () => {
  const project = await functionProject(
    command(`
      import { spawn } from "node:child_process"
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" })
      console.log(child.pid)
      setInterval(() => {}, 1000)`),
  )
  const [source] = project.discover().functions
  const { promise: started, resolve } = Promise.withResolvers<number>()

  const building = refusal(project.builder.build(source!, { onOutput: (line) => resolve(Number(line)) }))
  const pid = await started
  await project.builder.stop()

  expect(await building).toMatchObject({ code: "INTERRUPTED" })
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
})

test("a .wasm in a source's place is read as it is", async () => {
  const tiny = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])
  const project = await functionProject({ "functions/f.wasm": tiny })

  const made = await project.build("f")

  expect(made).toMatchObject({
    description: null,
    isCached: true,
    inputs: [path.join(project.root, "functions/f.wasm")],
  })
  expect(existsSync(path.join(project.root, ".alyx/functions/f.wasm"))).toBe(false)
  await project.write({ "functions/f.wasm": new Uint8Array([0, 97, 115, 109, 13, 0, 1, 0]) })
  expect(await refusal(project.build("f"))).toMatchObject({
    code: "PLUGIN_INVALID",
    next: "It begins with the mark of a component; Extism takes core modules.",
  })
})

/** The processes of this one, also those that have ended and wait to be collected. */
async function childrenNamed(name: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const pid of (await readdir("/proc")).filter((each) => /^\d+$/.test(each))) {
    const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
    if (status.includes(`(${name})`) && status.split(") ")[1]?.split(" ")[1] === String(process.pid)) found.push(pid)
  }
  return found
}

/** Whether a process runs; one that has ended and waits to be collected does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
