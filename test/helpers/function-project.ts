import { mkdir, writeFile } from "node:fs/promises"
import path from "node:path"
import { setTimeout } from "node:timers/promises"

import { onTestFinished } from "vitest"

import { clockTickMs } from "../../src/functions/file-hashes.ts"
import { FunctionBuilder } from "../../src/functions/build-function.ts"
import type { MadeFunction } from "../../src/functions/build-function.ts"
import type { DiscoveredFunctions } from "../../src/functions/discover.ts"
import { discoverFunctions } from "../../src/functions/discover.ts"
import { builtCli } from "./built-cli.ts"
import { tempFolder } from "./temp-folder.ts"

/** A project with functions, and what finds and builds them. */
export interface FunctionProject {
  readonly root: string
  readonly builder: FunctionBuilder
  discover(): DiscoveredFunctions
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>
  build(name: string): Promise<MadeFunction>
}

/** Makes a project of files, by their path; packages stand under `node_modules/`. */
export async function functionProject(
  files: Readonly<Record<string, string | Uint8Array>>,
  env: Readonly<Record<string, string>> = {},
): Promise<FunctionProject> {
  // The engines are made by the build.
  await builtCli()
  const root = await tempFolder()
  const builder = new FunctionBuilder({
    root,
    cacheDir: path.join(root, ".alyx/functions"),
    worker: new URL("../../src/functions/build-worker.ts", import.meta.url),
  })
  onTestFinished(() => builder.stop())
  const discover = (): DiscoveredFunctions => {
    return discoverFunctions({ root, functionsDir: path.join(root, "functions"), env })
  }
  const project = {
    root,
    builder,
    discover,
    write: async (more: Readonly<Record<string, string | Uint8Array>>): Promise<void> => {
      for (const [name, content] of Object.entries(more)) {
        const file = path.join(root, name)
        await mkdir(path.dirname(file), { recursive: true })
        await writeFile(file, content)
      }
      // What was saved in the tick of the clock in which a build begins is not kept in the cache.
      await setTimeout(clockTickMs + 1)
    },
    build: async (name: string): Promise<MadeFunction> => {
      const source = discover().functions.find((each) => each.name === name)
      if (source === undefined) throw new Error(`There is no function ${name}: ${JSON.stringify(discover().problems)}`)
      return builder.build(source)
    },
  }
  await project.write({ "schema.yaml": "collections: {}\n", ...files })
  return project
}

/** A package as npm would install it. */
export function npmPackage(
  name: string,
  json: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>>,
): Record<string, string> {
  const folder = `node_modules/${name}`
  const named = Object.entries(files).map(([file, content]) => [`${folder}/${file}`, content] as const)
  return {
    [`${folder}/package.json`]: JSON.stringify({ name, version: "1.0.0", ...json }),
    ...Object.fromEntries(named),
  }
}
