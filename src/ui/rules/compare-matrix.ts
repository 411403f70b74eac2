import { diffLines } from "../../lib/line-diff.ts"
import type { DiffLine } from "../../lib/line-diff.ts"
import { renderMatrix } from "./matrix-text.ts"
import type { ShownMatrix } from "./matrix-text.ts"
import { matrixOf, readMatrix } from "./read-matrix.ts"

/** How a matrix differs from the one that was kept. */
export interface MatrixChanges {
  /** Over the callers that both have: another column changes every line, and would hide what else did. */
  readonly lines: readonly DiffLine[]
  readonly newCallers: readonly string[]
  readonly goneCallers: readonly string[]
}

/** Compares the text of a matrix that was kept with the present one. */
export function compareMatrix(kept: string, present: ShownMatrix): MatrixChanges {
  const before = readMatrix(kept)
  const newCallers = before === null ? [] : present.callers.filter((name) => !before.callers.includes(name))
  const goneCallers = before === null ? [] : before.callers.filter((name) => !present.callers.includes(name))
  if (before === null || newCallers.length + goneCallers.length === 0)
    return { lines: diffLines(kept, renderMatrix(present)), newCallers, goneCallers }
  const both = new Set(before.callers.filter((name) => present.callers.includes(name)))
  const [one, other] = [before, present].map((matrix) => renderMatrix(matrixOf(matrix, both)))
  return { lines: diffLines(one!, other!), newCallers, goneCallers }
}
