import { mkdir } from "node:fs/promises"
import { dirname } from "node:path"

import type { Logger } from "../../lib/logger.ts"
import { writeFileAtomically } from "../../lib/atomic-write.ts"

/** Keeps a copy of schema.yaml as it was when it was last served, for those who want their edit undone. */
export class LastGoodSchema {
  readonly #file: string
  readonly #logger: Pick<Logger, "warn">
  #written: string | undefined

  constructor({ file, logger }: { readonly file: string; readonly logger: Pick<Logger, "warn"> }) {
    this.#file = file
    this.#logger = logger
  }

  /** What cannot be written is only told: the schema is served all the same. */
  async write(text: string): Promise<void> {
    if (this.#written === text) return
    try {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 })
      await writeFileAtomically(this.#file, text, { mode: 0o600 })
      this.#written = text
    } catch (error) {
      this.#logger.warn("The copy of the last good schema could not be written.", { error })
    }
  }
}
