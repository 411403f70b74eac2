import path from "node:path"

import { watch } from "chokidar"
import type { FSWatcher } from "chokidar"

import type { Service } from "../service.ts"
import type { DevEvent } from "./dev-loop.ts"
import { hashOfFile } from "./file-hashes.ts"
import type { FileHashes } from "./file-hashes.ts"

/** How long after the last file event a batch is closed: one save is often several events. */
const debounceMs = 30

/** What a file means when its content changes. */
export type WatchedFiles = ReadonlyMap<string, DevEvent["type"]>

export interface ProjectWatcherOptions {
  /** The folder that holds the files; only this folder itself is watched. */
  readonly root: string
  /** By absolute path. The files need not exist: they are seen when they appear. */
  readonly files: WatchedFiles
  /** What the files held when they were read last: what differs when the watching begins is an event too. */
  readonly seen: FileHashes
  readonly onEvent: (event: DevEvent) => void
  /** The watcher itself failed, for instance because the system's limit of watches is reached. */
  readonly onError: (error: Error) => void
}

/**
 * Watches single files of the project through every editor's way of saving (in place, by rename, with a backup), and
 * tells of each kind of change once a batch, only when the content really differs from what was seen last.
 */
export class ProjectWatcher implements Service {
  readonly #options: ProjectWatcherOptions
  readonly #hashes: Map<string, string>
  readonly #touched = new Set<string>()
  #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined
  #batch: Promise<void> = Promise.resolve()

  constructor(options: ProjectWatcherOptions) {
    this.#options = options
    this.#hashes = new Map(options.seen)
  }

  async start(): Promise<void> {
    const { root, files } = this.#options
    const watcher = watch(root, {
      depth: 0,
      ignoreInitial: true,
      atomic: true,
      ignored: (candidate) => path.resolve(candidate) !== root && !files.has(path.resolve(candidate)),
      ...(process.env["ALYX_WATCH"] === "poll" ? { backend: "polling" as const } : {}),
    })
    this.#watcher = watcher
    watcher.on("all", (_event, changed) => this.#touch(path.resolve(root, changed)))
    watcher.on("error", (error) => this.#options.onError(error instanceof Error ? error : new Error(String(error))))
    await new Promise<void>((resolve) => watcher.once("ready", resolve))
    for (const file of files.keys()) this.#touch(file)
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#watcher?.close()
    await this.#batch
  }

  #touch(file: string): void {
    if (!this.#options.files.has(file)) return
    this.#touched.add(file)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#batch = this.#batch.then(() => this.#closeBatch())
    }, debounceMs)
  }

  async #closeBatch(): Promise<void> {
    const touched = [...this.#touched]
    this.#touched.clear()
    const types = new Set<DevEvent["type"]>()
    for (const file of touched) {
      const hash = await hashOfFile(file)
      if (hash === this.#hashes.get(file)) continue
      this.#hashes.set(file, hash)
      types.add(this.#options.files.get(file)!)
    }
    for (const type of types) this.#options.onEvent({ type })
  }
}
