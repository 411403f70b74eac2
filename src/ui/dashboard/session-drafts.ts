import { readFile, rm } from "node:fs/promises"
import path from "node:path"

/** The migration files that w wrote since the dashboard was opened, to tell those that nobody has edited since. */
export class SessionDrafts {
  readonly #texts = new Map<string, string>()

  /** Notes what was written. */
  remember(file: string, text: string): void {
    this.#texts.set(file, text)
  }

  /** True for a file that was written here, and says the same since. */
  isUntouched(file: string, text: string): boolean {
    return this.#texts.get(file) === text
  }

  /** Those of these files that were written here and say the same since. */
  async untouched(root: string, files: readonly string[]): Promise<readonly string[]> {
    const texts = await Promise.all(files.map((file) => readIfThere(path.join(root, file))))
    return files.filter((file, index) => texts[index] !== undefined && this.isUntouched(file, texts[index]))
  }

  /** Takes files away again, unless somebody edited them a moment ago. */
  async remove(root: string, files: readonly string[]): Promise<void> {
    for (const file of await this.untouched(root, files)) await rm(path.join(root, file), { force: true })
  }
}

/** The text of a file; undefined when there is none. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}
