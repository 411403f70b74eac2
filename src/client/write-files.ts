import path from "node:path"

import { readFramedFiles } from "./framed-files.ts"
import type { FramedPart } from "./framed-files.ts"
import { PrivateFile } from "./private-file.ts"

/** Where an answer is written to. */
export interface FilesTarget {
  /** An absolute path: of the file, or of the folder for several. */
  readonly place: string
  readonly isFolder: boolean
  readonly mayReplace: boolean
}

/**
 * Writes an answer to its file, or the several files in it to a folder, and returns their paths. All of it is on the disk
 * before the first file gets its name. When one cannot have its name, new files are taken away again; those that replaced
 * others until then stay.
 */
export async function writeFiles(
  answer: AsyncIterable<Uint8Array>,
  { place, isFolder, mayReplace }: FilesTarget,
): Promise<readonly string[]> {
  const parts = isFolder ? readFramedFiles(answer) : partsOf(path.basename(place), answer)
  const folder = isFolder ? place : path.dirname(place)
  const files = new Map<string, PrivateFile>()
  try {
    if (!isFolder) files.set(path.basename(place), await PrivateFile.begin(place, { mayReplace }))
    for await (const { file, bytes } of parts) {
      let open = files.get(file)
      if (open === undefined) {
        open = await PrivateFile.begin(path.join(folder, path.basename(file)), { mayReplace })
        files.set(file, open)
      }
      await open.write(bytes)
    }
    for (const file of files.values()) await file.seal()
    await publishAll([...files.values()])
    return [...files.keys()].map((name) => path.join(folder, name))
  } finally {
    for (const file of files.values()) await file.discard()
  }
}

async function publishAll(files: readonly PrivateFile[]): Promise<void> {
  const published: PrivateFile[] = []
  try {
    for (const file of files) {
      await file.publish()
      published.push(file)
    }
  } catch (error) {
    for (const file of published) await file.withdraw()
    throw error
  }
}

async function* partsOf(file: string, answer: AsyncIterable<Uint8Array>): AsyncGenerator<FramedPart> {
  for await (const bytes of answer) yield { file, bytes }
}
