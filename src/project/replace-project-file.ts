import { realpath, stat } from "node:fs/promises"

import { writeFileAtomically } from "../lib/atomic-write.ts"

/** Writes a file that belongs to the person in place of what is there: a link stays one, and the mode what it was. */
export async function replaceProjectFile(path: string, content: string): Promise<void> {
  const real = await realpath(path).catch(() => path)
  const present = await stat(real).catch(() => undefined)
  await writeFileAtomically(real, content, present === undefined ? {} : { mode: present.mode & 0o777 })
}
