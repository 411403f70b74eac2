import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import path from "node:path"
import { promisify } from "node:util"

import { canRun } from "./can-run.ts"
import { tempFolder } from "./temp-folder.ts"

const fixtures = path.resolve(import.meta.dirname, "../fixtures/functions")

/** Whether plug-ins in C can be built here; CI installs what it takes. */
export function canCompileC(): boolean {
  return canRun(
    hasProgram("clang") && hasProgram("wasm-ld"),
    "plug-ins in C need clang and lld (apt-get install clang lld)",
  )
}

/** Whether plug-ins in Go can be built here: no machine has to. */
export function canCompileGo(): boolean {
  if (hasProgram("go")) return true
  process.stdout.write("left out: plug-ins in Go need go 1.24 or newer\n")
  return false
}

/** The bytes of test/fixtures/functions/<name>.c as clang makes a plug-in of it; within a test. */
export async function compileC(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const output = path.join(await tempFolder(), `${name}.wasm`)
  const options = ["--target=wasm32", "-nostdlib", "-fno-builtin", "-Wall", "-Werror", "-Wl,--no-entry", "-O2"]
  await promisify(execFile)("clang", [...options, "-o", output, path.join(fixtures, `${name}.c`)])
  return new Uint8Array(await readFile(output))
}

/** The bytes of test/fixtures/functions/<name>.go as Go makes a plug-in of it, without any module of others; within a test. */
export async function compileGo(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const output = path.join(await tempFolder(), `${name}.wasm`)
  const env = { ...process.env, GOOS: "wasip1", GOARCH: "wasm", GOTOOLCHAIN: "local", GOPROXY: "off", GOFLAGS: "" }
  await promisify(execFile)("go", ["build", "-buildmode=c-shared", "-o", output, `${name}.go`], { cwd: fixtures, env })
  return new Uint8Array(await readFile(output))
}

function hasProgram(name: string): boolean {
  return (process.env["PATH"] ?? "").split(path.delimiter).some((folder) => existsSync(path.join(folder, name)))
}
