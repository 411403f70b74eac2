import { expect, test } from "vitest"

import { onceASecond } from "../../../src/daemon/served/schema-progress.ts"

test("of many lines within a second only the first is passed on", async () => {
  const told: string[] = []
  const tell = onceASecond((message) => told.push(message))

  for (let percent = 0; percent < 100; percent += 1) tell(`${percent} %`)
  await new Promise((resolve) => setTimeout(resolve, 1_050))
  tell("later")

  expect(told).toEqual(["0 %", "later"])
})
