import { existsSync } from "node:fs"
import { mkdir, readFile } from "node:fs/promises"
import path from "node:path"

import { alyxError } from "../../errors.ts"
import { discoverFunctions } from "../../functions/discover.ts"
import { functionNamePattern } from "../../functions/manifest/manifest-shape.ts"
import { createFileAtomically } from "../../lib/atomic-write.ts"
import { packageRoot } from "../../lib/package-root.ts"
import { renderTemplate } from "../../lib/template.ts"
import { unwritable } from "../../project/file-errors.ts"
import { projectPaths } from "../../project/paths.ts"

/** The ways to write a function that a beginning is offered in. */
export const newFunctionStyles = ["define", "handler", "fetch", "plugin"] as const

export type NewFunctionStyle = (typeof newFunctionStyles)[number]

/** A function to begin. */
export interface NewFunctionRequest {
  /** Absolute. */
  readonly root: string
  /** Absolute; made when it is missing. */
  readonly functionsDir: string
  readonly name: string
  readonly style: NewFunctionStyle
  readonly language: "ts" | "js"
  /** A folder with a manifest, or one file. */
  readonly form: "file" | "folder"
}

/** Writes the beginning of a function; never over what is there. Returns the files, absolute, the source first. */
export async function writeNewFunction(request: NewFunctionRequest): Promise<readonly string[]> {
  requireFunctionName(request.name)
  requireFreeName(request)
  const files = await newFunctionFiles(request)
  for (const [file, text] of files) await createFile(file, text)
  return files.map(([file]) => file)
}

function requireFunctionName(name: string): void {
  if (functionNamePattern.test(name)) return
  throw alyxError("USAGE", {
    message: `"${name}" cannot be the name of a function.`,
    next: "Names hold letters, digits, - and _, begin with a letter or a digit, and are at most 64 long: alyx generate function create-post",
  })
}

/** The name may be that of a file, of a folder, or one that a manifest gives to another file. */
function requireFreeName({ root, functionsDir, name }: NewFunctionRequest): void {
  const { functions } = discoverFunctions({ root, functionsDir, env: process.env })
  const present = functions.find((each) => each.name === name)
  const inTheWay = [name, ...endings.map((ending) => `${name}${ending}`)]
    .map((each) => path.join(functionsDir, each))
    .find((file) => existsSync(file))
  const file = present?.entryFile ?? present?.wasmFile ?? inTheWay
  if (file === undefined) return
  throw alyxError("FILE_EXISTS", {
    message: `There is a function ${name} already: ${path.relative(root, file)}. Nothing was written.`,
    next: "Choose another name.",
  })
}

const endings = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".yaml", ".yml", ".wasm"]

async function newFunctionFiles(request: NewFunctionRequest): Promise<readonly (readonly [string, string])[]> {
  const { root, functionsDir, name, style, language, form } = request
  const source = await render(`${style}.hbs`, { name, isTyped: language === "ts" })
  if (form === "file") return [[path.join(functionsDir, `${name}.${language}`), source]]
  const folder = path.join(functionsDir, name)
  const schemaPath = path.relative(folder, projectPaths(root).editorManifestFile).split(path.sep).join("/")
  return [
    [path.join(folder, `index.${language}`), source],
    [path.join(folder, "manifest.yaml"), await render("manifest.yaml.hbs", { name, schemaPath })],
  ]
}

async function render(template: string, data: Readonly<Record<string, unknown>>): Promise<string> {
  const file = path.join(packageRoot(), "templates", "functions", "new", template)
  return renderTemplate(await readFile(file, "utf8"), data)
}

async function createFile(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true })
    if (await createFileAtomically(file, text)) return
  } catch (error) {
    throw unwritable(file, error, "Give this user the right to write there.")
  }
  throw alyxError("FILE_EXISTS", {
    message: `${file} was made by somebody else just now. It was left as it is.`,
    next: "Choose another name.",
  })
}
