import { expect, test } from "vitest"

import { ReloadTurns } from "../../../src/daemon/served/reload.ts"
import type { Reload } from "../../../src/daemon/served/reload.ts"

test("reloads take turns whoever asks for them, and idle waits for all that were asked for", async () => {
  let running = 0
  let most = 0
  let ended = 0
  const counted: Reload = async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    ended += 1
    return { changes: [] }
  }
  const turns = new ReloadTurns()
  const schema = turns.inTurn(counted)
  const config = turns.inTurn(counted)

  const asked = [schema(() => true), config(() => true), schema(() => true)]
  await turns.idle()

  expect({ most, ended }).toEqual({ most: 1, ended: 3 })
  await Promise.all(asked)
})
