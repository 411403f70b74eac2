import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { dirname, join, sep } from "node:path"

import { alyxError } from "../errors.ts"
import { createFileAtomically } from "../lib/atomic-write.ts"
import { packageRoot } from "../lib/package-root.ts"
import { renderTemplate } from "../lib/template.ts"
import { writeEditorSchemas } from "./editor-schemas.ts"
import { unwritable } from "./file-errors.ts"
import { requireProjectName } from "./project-name.ts"

/** The projects that one may start from. */
export const starters = ["basic", "blog", "saas"] as const

export type Starter = (typeof starters)[number]

/** What a starter is good for, a line each. */
export const starterDescriptions: { readonly [name in Starter]: string } = {
  basic: "one collection of todos, explained line by line",
  blog: "users, posts and comments",
  saas: "organisations with members, projects and invitations, kept apart by rules",
}

/** Where a project is to be made, and from what. */
export interface ScaffoldRequest {
  /** An absolute path; made when it is missing. */
  readonly folder: string
  readonly name: string
  readonly template: Starter
}

/** What came of it; paths are relative to the folder. */
export interface Scaffolded {
  readonly written: string[]
  /** Files that were there already and were left as they were. */
  readonly kept: string[]
}

/** A folder with one of these is a project already. */
const projectFiles = ["alyx.yaml", "schema.yaml"]

/** Where packaging would change the name that a file is to have. */
const renamed: Readonly<Record<string, string>> = { gitignore: ".gitignore", "env.example": ".env.example" }

/** Makes a project from a starter. It never overwrites a file, and what it writes is written whole. */
export async function scaffoldProject(request: ScaffoldRequest): Promise<Scaffolded> {
  requireProjectName(request.name)
  await requireFolder(request.folder)
  requireNoProject(request.folder)
  const files = renderStarter(request)
  const written: string[] = []
  const kept: string[] = []
  for (const [name, content] of files) {
    const isNew = await createFile(join(request.folder, name), content)
    const list = isNew ? written : kept
    list.push(name)
  }
  await writeEditorSchemas(request.folder)
  return { written, kept }
}

/** The files of a starter by name, those that make the folder a project last: an interrupted start can be repeated. */
export function renderStarter({ name, template }: Omit<ScaffoldRequest, "folder">): readonly [string, string][] {
  const starts = join(packageRoot(), "templates", "init")
  const about = renderTemplate(readFileSync(join(starts, template, "about.md.hbs"), "utf8"), { name })
  const files = [join(starts, "_shared"), join(starts, template)].flatMap((folder) =>
    templatesIn(folder)
      .filter((file) => file !== "about.md.hbs")
      .map((file): [string, string] => {
        const plain = file.slice(0, -".hbs".length)
        const content = renderTemplate(readFileSync(join(folder, file), "utf8"), { name, about })
        return [renamed[plain] ?? plain, content]
      }),
  )
  return files.toSorted(([a], [b]) => projectFiles.indexOf(a) - projectFiles.indexOf(b) || (a < b ? -1 : 1))
}

/** By their path in the folder, with slashes. */
function templatesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".hbs"))
    .map((file) => file.split(sep).join("/"))
    .toSorted()
}

const elsewhere = "Choose another folder."

async function requireFolder(folder: string): Promise<void> {
  try {
    const stats = statSync(folder, { throwIfNoEntry: false })
    if (stats?.isDirectory() ?? false) return
    if (stats === undefined) {
      await makeFolder(folder)
      return
    }
  } catch (error) {
    throw unwritable(folder, error, elsewhere)
  }
  throw alyxError("FILE_EXISTS", { message: `${folder} is a file.`, next: "Choose another name for the project." })
}

/** Makes a folder and those above it. Node's own `recursive` never returns where a folder cannot be, as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  if (!existsSync(dirname(folder))) await makeFolder(dirname(folder))
  try {
    await mkdir(folder)
  } catch (error) {
    // Somebody else may have made it a moment ago.
    if (!(statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false)) throw error
  }
}

/** Refuses a folder that is a project already. */
export function requireNoProject(folder: string): void {
  const present = projectFiles.filter((file) => statSync(join(folder, file), { throwIfNoEntry: false }) !== undefined)
  if (present.length === 0) return
  throw alyxError("FILE_EXISTS", {
    message: `${folder} is a project already: it has ${present.join(" and ")}. Nothing was written.`,
    next: "Start it with alyx dev, or choose another folder.",
  })
}

async function createFile(path: string, content: string): Promise<boolean> {
  if (!existsSync(dirname(path))) await makeFolder(dirname(path))
  try {
    return await createFileAtomically(path, content)
  } catch (error) {
    throw unwritable(path, error, elsewhere)
  }
}
