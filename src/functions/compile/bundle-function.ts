import { relative } from "node:path"

import type { BuildContext, BuildResult, Metafile } from "esbuild"

import { Mutex } from "../../lib/mutex.ts"
import type { PluginInterface } from "../plugin-interface.ts"
import { bundleFileName } from "../bundle-file-name.ts"
import { buildWarnings } from "./build-problems.ts"
import { bundleOptions } from "./bundle-options.ts"
import type { BundleKind } from "./bundle-options.ts"
import { isCommonJsFile } from "./common-js-files.ts"
import { needsEventLoop } from "./choose-engine.ts"
import { findInputs } from "./find-inputs.ts"
import { readInterface } from "./read-interface.ts"
import type { FoundInterface } from "./read-interface.ts"
import { bundleFailure } from "./bundle-failure.ts"
import { isTopLevelAwait } from "./top-level-await.ts"

/** Which file is bundled, and for which project. */
export interface BundleRequest {
  /** Absolute, without links. */
  readonly root: string
  readonly name: string
  /** Absolute. */
  readonly entryFile: string
  /** Names that `process.env` will hold during calls. */
  readonly envNames: readonly string[]
}

/** A function as one script. */
export interface Bundle {
  /** A classic script that sets `globalThis.__alyx_module`; its value is a promise where the source awaits at its top. */
  readonly code: string
  /** Version 3, without contents; sources are relative to the root. */
  readonly sourceMap: string
  /** Absolute paths of every file that had a say. */
  readonly inputs: readonly string[]
  readonly warnings: readonly string[]
  /** Whether the code mentions anything that the plain engine does not have. */
  readonly needsEventLoop: boolean
  /** What the interface file of Extism's kit declares; null where there is none. */
  readonly declared: PluginInterface | null
}

/** The first line of every bundle; what is known only afterwards replaces it by one of the same shape. */
const opening = { sync: "(function(){", async: "(async function(){" } as const

/** What makes the next bundle of a function fast. */
interface Kept {
  readonly context: Promise<BuildContext>
  /** Whoever asks esbuild while it bundles gets the bundle under way, of what the files held when that one read them. */
  readonly turns: Mutex
}

/** Makes bundles, and keeps what makes the next one of the same function fast. One object a worker. */
export class Bundler {
  /** By name and entry, the longest unused first. */
  readonly #kept = new Map<string, Kept>()

  /**
   * Bundles what the files hold from now on. Throws AlyxErrors: BUILD_FAILED, NODE_MODULE_UNSUPPORTED; the reason of the signal
   * when it aborts before esbuild's turn comes.
   */
  async bundle(request: BundleRequest, signal?: AbortSignal): Promise<Bundle> {
    const found = readInterface(request)
    try {
      return finish(request, found, await this.#rebuild(request, signal))
    } catch (error) {
      throw await bundleFailure(error, request)
    }
  }

  /** Only what awaits at its top is built by the second way: its result runs inside an asynchronous function. */
  async #rebuild(request: BundleRequest, signal: AbortSignal | undefined): Promise<Rebuilt> {
    const isCommonJs = isCommonJsFile(request.entryFile)
    try {
      return { result: await this.#run(request, { isCommonJs, isAsync: false, signal }), isAsync: false }
    } catch (error) {
      if (!isTopLevelAwait(error)) throw error
      return { result: await this.#run(request, { isCommonJs, isAsync: true, signal }), isAsync: true }
    }
  }

  #run(
    request: BundleRequest,
    { signal, ...kind }: BundleKind & { readonly signal: AbortSignal | undefined },
  ): Promise<Rebuilt["result"]> {
    const { context, turns } = this.#keptFor(request, kind)
    return turns.run(async () => {
      const present = await context
      signal?.throwIfAborted()
      return present.rebuild()
    })
  }

  /** Forgets everything, and ends esbuild's process. */
  async stop(): Promise<void> {
    const kept = [...this.#kept.values()]
    this.#kept.clear()
    await Promise.all(kept.map(dispose))
    const { stop } = await import("esbuild")
    await stop()
  }

  #keptFor(request: BundleRequest, kind: BundleKind): Kept {
    const key = JSON.stringify({ request, kind })
    const known = this.#kept.get(key)
    this.#kept.delete(key)
    const kept = known ?? { context: makeContext(request, { kind, room: this.#makeRoom() }), turns: new Mutex() }
    this.#kept.set(key, kept)
    return kept
  }

  /** Those who have asked for the one that goes get their bundle first. */
  async #makeRoom(): Promise<void> {
    const oldest = this.#kept.entries().next()
    if (oldest.done || this.#kept.size < contextCountMax) return
    const [key, kept] = oldest.value
    this.#kept.delete(key)
    await kept.turns.run(() => dispose(kept))
  }
}

async function makeContext(
  request: BundleRequest,
  { kind, room }: { readonly kind: BundleKind; readonly room: Promise<void> },
): Promise<BuildContext> {
  await room
  const { context } = await import("esbuild")
  return context(bundleOptions(request, kind))
}

/** One that could not be made has told those who asked for it. */
async function dispose({ context }: Kept): Promise<void> {
  const made = await context.catch(() => null)
  await made?.dispose()
}

/** Functions whose parsed files esbuild keeps in memory; others build a little slower. */
const contextCountMax = 16

interface Rebuilt {
  readonly result: BuildResult<{ write: false; metafile: true }>
  readonly isAsync: boolean
}

function finish(
  { root, entryFile }: BundleRequest,
  found: FoundInterface | null,
  { result, isAsync }: Rebuilt,
): Bundle {
  const { outputFiles, metafile, warnings } = result
  const text = outputFiles.find(({ path }) => path.endsWith(".js"))!.text
  const map = outputFiles.find(({ path }) => path.endsWith(".map"))!.text
  const body = text.slice(text.indexOf("\n") + 1)
  return {
    code: `${interfaceWords(found)}${isAsync ? opening.async : opening.sync}\n${body.trimEnd()}\n${closing(isCommonJsEntry(metafile, relative(root, entryFile)))}`,
    sourceMap: bareMap(map),
    inputs: [...findInputs(metafile, root), ...(found === null ? [] : [found.file])],
    warnings: buildWarnings(warnings),
    needsEventLoop: needsEventLoop(text, metafile),
    declared: found?.declared ?? null,
  }
}

/** For the prelude; in the first line, so that no place in the source moves. */
function interfaceWords(found: FoundInterface | null): string {
  const declared = found?.declared ?? null
  return declared === null ? "" : `globalThis.__alyx_interface=${JSON.stringify(declared)};`
}

function isCommonJsEntry(metafile: Metafile, entry: string): boolean {
  return metafile.inputs[entry.replaceAll("\\", "/")]?.format === "cjs"
}

/** A module of CommonJS is what it exports; one that was an ES module before stays one. */
function closing(isCommonJs: boolean): string {
  if (!isCommonJs) return "})();"
  return "globalThis.__alyx_module=(m=>m.__esModule?m:m.default)(globalThis.__alyx_module);\n})();"
}

/** Contents would double the size of the plug-in, and stand in the files anyway. */
function bareMap(text: string): string {
  const { sources, names, mappings } = JSON.parse(text) as { sources: string[]; names: string[]; mappings: string }
  return JSON.stringify({ version: 3, file: bundleFileName, sources, names, mappings })
}
