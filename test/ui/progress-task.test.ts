import { expect, test } from "vitest"

import { alyxError } from "../../src/errors.ts"
import type { OnProgress } from "../../src/protocol/progress.ts"
import { paintNothing } from "../../src/ui/paint.ts"
import { progressLine, runWithProgress } from "../../src/ui/progress-task.ts"
import type { Terminal } from "../../src/ui/terminal.ts"

/** A place without a person, that keeps what was written to stderr. */
function plainTerminal(): { terminal: Terminal; written: string[] } {
  const written: string[] = []
  const stream = { isTerminal: false, columns: 80, paint: paintNothing }
  const err = { ...stream, write: (text: string) => void written.push(text) }
  const out = { ...stream, write: () => undefined }
  return { terminal: { out, err, interactive: false, asRunHere: (text) => text }, written }
}

test.each([
  [{ message: "Copying posts" }, "Copying posts"],
  [{ message: "Copying posts", ratio: 0 }, `${"░".repeat(24)}   0 %  Copying posts`],
  [{ message: "Copying posts", ratio: 0.5 }, `${"█".repeat(12)}${"░".repeat(12)}  50 %  Copying posts`],
  [{ message: "Copying posts", ratio: 1.2 }, `${"█".repeat(24)} 100 %  Copying posts`],
])("%j is shown as %s", (progress, line) => {
  expect(progressLine(progress)).toBe(line)
})

test("without a terminal each message is one line, however often it comes", async () => {
  const { terminal, written } = plainTerminal()

  const result = await runWithProgress(
    "Apply",
    (onProgress) => {
      for (const ratio of [0, 0.5, 1]) onProgress({ message: "Copying posts", ratio })
      onProgress({ message: "Making indexes" })
      return Promise.resolve(42)
    },
    { terminal, silent: false },
  )

  expect({ result, written }).toEqual({ result: 42, written: ["Copying posts\n", "Making indexes\n"] })
})

test("what goes wrong is thrown as it is, and silence says nothing", async () => {
  const { terminal, written } = plainTerminal()
  await expect(runWithProgress("Apply", failAfterAMessage, { terminal, silent: true })).rejects.toMatchObject({
    code: "CONFLICT",
  })
  expect(written).toEqual([])
})

function failAfterAMessage(onProgress: OnProgress): Promise<never> {
  onProgress({ message: "Copying posts" })
  return Promise.reject(alyxError("CONFLICT"))
}
