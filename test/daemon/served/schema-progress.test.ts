import { expect, test } from "vitest"

import { onceASecond, progressLine } from "../../../src/daemon/served/schema-progress.ts"

test("of many lines within a second only the first is passed on", async () => {
  const told: string[] = []
  const tell = onceASecond((progress) => told.push(progressLine(progress)))

  for (let percent = 0; percent < 100; percent += 1) tell({ message: "Changing posts", ratio: percent / 100 })
  await new Promise((resolve) => setTimeout(resolve, 1_050))
  tell({ message: "later" })

  expect(told).toEqual(["Changing posts: 0 %", "later"])
})
