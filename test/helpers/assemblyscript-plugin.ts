import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import path from "node:path"

import { main as compileByAsc } from "assemblyscript/asc"

import type { BuiltFunction } from "../../src/functions/built-function.ts"

const folder = path.resolve(import.meta.dirname, "../fixtures/functions")
const compiled = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()

/** The bytes of test/fixtures/functions/<name>.as, compiled once a run. */
export function compileAssemblyScript(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const known = compiled.get(name) ?? compile(name)
  compiled.set(name, known)
  return known
}

/** A plug-in that another compiler made, as Alyx has read it. */
export async function foreignPlugin(name: string): Promise<BuiltFunction> {
  return asForeign(await compileAssemblyScript(name))
}

/** Bytes of any tool, as Alyx has read them. */
export function asForeign(wasm: Uint8Array<ArrayBuffer>): BuiltFunction {
  const hash = createHash("sha256").update(wasm).digest("hex")
  return { wasm, isOwn: false, hash, description: null, sourceMap: null, inputs: [], warnings: [], durationMs: 1 }
}

async function compile(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const written = new Map<string, Uint8Array>()
  // The compiler wants the ending .ts, which would make our own compiler look at the file.
  const readFile = (file: string): string | null =>
    file === `${name}.ts` ? readFileSync(path.join(folder, `${name}.as`), "utf8") : null
  const errors: string[] = []
  const { error } = await compileByAsc(
    [`${name}.ts`, "--outFile", "out.wasm", "--optimize", "--use", `abort=${name}/stop`],
    {
      readFile,
      writeFile: (file, contents) => {
        written.set(file, typeof contents === "string" ? Buffer.from(contents) : contents)
      },
      listFiles: () => [],
      stderr: { write: (text: unknown) => errors.push(String(text)) },
    },
  )
  const bytes = written.get("out.wasm")
  if (error !== null || bytes === undefined) throw new Error(`asc: ${errors.join("")}`)
  return new Uint8Array(bytes)
}
