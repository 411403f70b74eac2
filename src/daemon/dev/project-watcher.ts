import path from "node:path"

import { watch } from "chokidar"
import type { FSWatcher } from "chokidar"

import type { Service } from "../service.ts"
import type { DevEvent } from "./dev-loop.ts"
import { hashOfFile, isYamlFile, missingHash, yamlFilesIn } from "./file-hashes.ts"
import type { FileHashes } from "./file-hashes.ts"

/** How long after the last file event a batch is closed: one save is often several events, and a branch switch many. */
const debounceMs = 30

/** A batch whose files go on changing is closed all the same. */
const batchMsMax = 1_000

/** What a file means when its content changes. */
export type WatchedFiles = ReadonlyMap<string, DevEvent["type"]>

/** A folder whose YAML files are watched: what a change of any of them means. */
export interface WatchedFolder {
  readonly path: string
  readonly type: DevEvent["type"]
}

export interface ProjectWatcherOptions {
  /** The folder that holds the files; of its folders only the watched one is looked into. */
  readonly root: string
  /** By absolute path. The files need not exist: they are seen when they appear. */
  readonly files: WatchedFiles
  /** Directly in the root; need not exist, and may go and come. */
  readonly folder: WatchedFolder | null
  /** What the files held when they were read last: what differs when the watching begins is an event too. */
  readonly seen: FileHashes
  readonly onEvent: (event: DevEvent) => void
  /** The watcher itself failed, for instance because the system's limit of watches is reached. */
  readonly onError: (error: Error) => void
}

/**
 * Watches files of the project through every editor's way of saving (in place, by rename, with a backup), and tells of
 * each kind of change once a batch, only when the content really differs from what was seen last. While files go on
 * changing nothing is told, so that many that change at once are one event, on their final state.
 */
export class ProjectWatcher implements Service {
  readonly #options: ProjectWatcherOptions
  readonly #hashes: Map<string, string>
  readonly #touched = new Set<string>()
  /** Seen to have changed, and not told yet. */
  readonly #pending = new Set<DevEvent["type"]>()
  #pendingSinceMs = 0
  #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined
  #batchBeganMs: number | undefined
  #batch: Promise<void> = Promise.resolve()

  constructor(options: ProjectWatcherOptions) {
    this.#options = options
    this.#hashes = new Map(options.seen)
  }

  async start(): Promise<void> {
    const { root, files, folder } = this.#options
    const watcher = watch(root, {
      depth: folder === null ? 0 : 1,
      ignoreInitial: true,
      atomic: true,
      ignored: (candidate) => !this.#isWatched(path.resolve(candidate)),
      ...(process.env["ALYX_WATCH"] === "poll" ? { backend: "polling" as const } : {}),
    })
    this.#watcher = watcher
    watcher.on("all", (_event, changed) => this.#touch(path.resolve(root, changed)))
    watcher.on("error", (error) => this.#options.onError(error instanceof Error ? error : new Error(String(error))))
    await new Promise<void>((resolve) => watcher.once("ready", resolve))
    for (const file of files.keys()) this.#touch(file)
    if (folder !== null) this.#touch(folder.path)
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#watcher?.close()
    clearTimeout(this.#timer)
    await this.#batch
  }

  #isWatched(candidate: string): boolean {
    const { root, folder } = this.#options
    return candidate === root || candidate === folder?.path || this.#typeOf(candidate) !== undefined
  }

  #typeOf(file: string): DevEvent["type"] | undefined {
    const { files, folder } = this.#options
    const isInFolder = folder !== null && path.dirname(file) === folder.path && isYamlFile(file)
    return files.get(file) ?? (isInFolder ? folder.type : undefined)
  }

  #touch(place: string): void {
    if (place === this.#options.root || !this.#isWatched(place)) return
    this.#touched.add(place)
    const nowMs = performance.now()
    this.#batchBeganMs ??= nowMs
    const restMs = Math.max(0, this.#batchBeganMs + batchMsMax - nowMs)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => {
        this.#batchBeganMs = undefined
        this.#batch = this.#batch.then(() => this.#closeBatch())
      },
      Math.min(debounceMs, restMs),
    )
  }

  async #closeBatch(): Promise<void> {
    for (const file of await this.#takeTouched()) {
      const hash = await hashOfFile(file)
      if (hash === (this.#hashes.get(file) ?? missingHash)) continue
      if (hash === missingHash) this.#hashes.delete(file)
      else this.#hashes.set(file, hash)
      if (this.#pending.size === 0) this.#pendingSinceMs = performance.now()
      this.#pending.add(this.#typeOf(file)!)
    }
    // Something changed while the files were read: what was read may be half of a whole, and the next batch tells.
    if (this.#touched.size > 0 && performance.now() < this.#pendingSinceMs + batchMsMax) return
    const types = [...this.#pending]
    this.#pending.clear()
    for (const type of types) this.#options.onEvent({ type })
  }

  /**
   * The files to look at. A folder that appeared or went stands for all that was or is in it. What came to it or went
   * from it is found in any batch: that a file went is told a tenth of a second late, since it may be a save.
   */
  async #takeTouched(): Promise<readonly string[]> {
    const touched = new Set(this.#touched)
    this.#touched.clear()
    const { folder } = this.#options
    if (folder === null) return [...touched]
    const isWhole = touched.delete(folder.path)
    const present = new Set(await yamlFilesIn(folder.path))
    const known = [...this.#hashes.keys()].filter((file) => path.dirname(file) === folder.path)
    for (const file of present) if (isWhole || !this.#hashes.has(file)) touched.add(file)
    for (const file of known) if (isWhole || !present.has(file)) touched.add(file)
    return [...touched]
  }
}
