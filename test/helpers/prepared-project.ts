import { cp, mkdtemp, realpath, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"

import { afterAll } from "vitest"

import { tempFolder } from "./temp-folder.ts"

/**
 * Makes a project once for the tests of a file, and a copy of it for each: what its commands and servers did to it
 * takes a second, the copy some milliseconds. Nothing may run in it when `make` ends. What Alyx keeps for one folder
 * (`.alyx`) is not copied.
 */
export function preparedProject(make: (folder: string) => Promise<void>): () => Promise<string> {
  const once: { made?: Promise<string> } = {}
  afterAll(async () => {
    if (once.made) await rm(await once.made, { recursive: true, force: true })
  })
  return async () => {
    once.made ??= prepare(make)
    const made = await once.made
    const folder = await tempFolder()
    await cp(made, folder, { recursive: true, filter: (file) => file !== path.join(made, ".alyx") })
    return folder
  }
}

async function prepare(make: (folder: string) => Promise<void>): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "alyx-prepared-")))
  await make(folder)
  return folder
}
