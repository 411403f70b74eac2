import { realpathSync } from "node:fs"
import { stat } from "node:fs/promises"
import path from "node:path"

import { watch } from "chokidar"
import type { FSWatcher } from "chokidar"

import { clockTickMs } from "../../functions/file-hashes.ts"
import type { Service } from "../service.ts"
import { EventBatch } from "./event-batch.ts"
import { hashOfFile, missingHash } from "./file-hashes.ts"

/** Folders that hold nothing a person writes. What is needed of them is followed by name. */
const skippedFolders = new Set(["node_modules", "target", "__pycache__"])

/** Files beyond this many are followed by their events alone, without knowing whether they really differ. */
const hashedFilesMax = 5_000

export interface FunctionWatcherOptions {
  /** The functions folder; absolute. It need not exist, and may go and come. */
  readonly folder: string
  /** Files that changed since the watching began or since they were told last, by absolute path. Must not throw. */
  readonly onChange: (changed: ReadonlySet<string>) => void
  readonly onError: (error: Error) => void
}

/**
 * Watches the functions folder, and files outside it that a build names, through every editor's way of saving. Tells of
 * a batch of files whose content really differs; links in the folder are not followed, what they lead to is named by builds.
 */
export class FunctionWatcher implements Service {
  readonly #options: FunctionWatcherOptions
  readonly #hashes = new Map<string, string>()
  readonly #others = new Set<string>()
  readonly #batch = new EventBatch((touched) => this.#tell(touched))
  /** Where the folder really is: a folder that is a link is watched where it leads to. */
  #realFolder: string
  #watcher: FSWatcher | undefined
  #isStarted = false

  constructor(options: FunctionWatcherOptions) {
    this.#options = options
    this.#realFolder = options.folder
  }

  /** Resolves when every file of the folder is known; from then on no save is missed. */
  async start(): Promise<void> {
    this.#realFolder = realPathOf(this.#options.folder)
    const watcher = watch(this.#realFolder, {
      ignoreInitial: false,
      atomic: true,
      followSymlinks: false,
      ignored: (candidate) => !this.#isWatched(path.resolve(candidate)),
      ...(process.env["ALYX_WATCH"] === "poll" ? { backend: "polling" as const } : {}),
    })
    this.#watcher = watcher
    const found: string[] = []
    watcher.on("all", (event, changed) => {
      if (event === "addDir") return
      const place = this.#asWritten(path.resolve(changed))
      if (this.#isStarted) this.#batch.touch(place)
      else if (event === "add") found.push(place)
    })
    watcher.on("error", (error) => this.#options.onError(error instanceof Error ? error : new Error(String(error))))
    await new Promise<void>((resolve) => watcher.once("ready", resolve))
    this.#isStarted = true
    await this.#remember(found)
  }

  /**
   * Follows these files besides the folder, instead of those of the last call. They need not exist. One that was not followed
   * before, and has changed since the time that stands with it, in milliseconds since the epoch, is told at once.
   */
  async follow(files: ReadonlyMap<string, number>): Promise<void> {
    const wanted = new Set([...files.keys()].filter((file) => !this.#isInFolder(file)))
    const gone = [...this.#others].filter((file) => !wanted.has(file))
    const fresh = [...wanted].filter((file) => !this.#others.has(file))
    for (const file of gone) {
      this.#others.delete(file)
      this.#hashes.delete(file)
    }
    if (gone.length > 0) this.#watcher?.unwatch(gone)
    for (const file of fresh) this.#others.add(file)
    await this.#remember(fresh)
    if (fresh.length > 0) this.#watcher?.add(fresh)
    const changed: string[] = []
    for (const file of fresh) if (await hasChangedSince(file, files.get(file)!)) changed.push(file)
    if (changed.length > 0) this.#options.onChange(new Set(changed))
  }

  async stop(): Promise<void> {
    await this.#watcher?.close()
    await this.#batch.stop()
  }

  #isWatched(candidate: string): boolean {
    return candidate === this.#realFolder || this.#others.has(candidate) || this.#isInFolder(this.#asWritten(candidate))
  }

  #isInFolder(file: string): boolean {
    const { folder } = this.#options
    if (!file.startsWith(folder + path.sep)) return false
    const names = file.slice(folder.length + 1).split(path.sep)
    return names.every((name) => !name.startsWith(".") && !skippedFolders.has(name))
  }

  /** The path as the project says it, of one as the file system says it. */
  #asWritten(place: string): string {
    const { folder } = this.#options
    return place.startsWith(this.#realFolder + path.sep) ? folder + place.slice(this.#realFolder.length) : place
  }

  async #remember(files: readonly string[]): Promise<void> {
    for (const file of files) {
      if (this.#hashes.size >= hashedFilesMax) return
      this.#hashes.set(file, await hashOfFile(file))
    }
  }

  async #tell(touched: ReadonlySet<string>): Promise<void> {
    const changed = new Set<string>()
    for (const file of touched) {
      const hash = await hashOfFile(file)
      if (hash === (this.#hashes.get(file) ?? missingHash)) continue
      if (hash === missingHash) this.#hashes.delete(file)
      else if (this.#hashes.has(file) || this.#hashes.size < hashedFilesMax) this.#hashes.set(file, hash)
      changed.add(file)
    }
    if (changed.size > 0) this.#options.onChange(changed)
  }
}

/** A file that is gone has changed after it was read. */
async function hasChangedSince(file: string, sinceMs: number): Promise<boolean> {
  if (sinceMs === Infinity) return false
  const changedMs = await stat(file).then(
    ({ ctimeMs }) => ctimeMs,
    () => Infinity,
  )
  return changedMs >= sinceMs - clockTickMs
}

function realPathOf(folder: string): string {
  try {
    return realpathSync.native(folder)
  } catch {
    return folder
  }
}
