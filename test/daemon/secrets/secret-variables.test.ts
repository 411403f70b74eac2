import { expect, test } from "vitest"

import { formerValuesMax } from "../../../src/daemon/secrets/secret-limits.ts"
import { SecretVariables } from "../../../src/daemon/secrets/secret-variables.ts"

test("values count as secret where their names say so", () => {
  const variables = new SecretVariables()

  variables.follow([
    { API_TOKEN: "one", DB_PASSWORD: "two", STRIPE_KEY: "three", jwtSecret: "four", apiKeys: "five" },
    { SHOP: "no", MONKEY: "no", KEYBOARD: "no", AUTHOR: "no", REGION: "no" },
    { API_TOKEN: "one", AUTH: "six" },
  ])

  expect(variables.values()).toEqual(["one", "two", "three", "four", "five", "six"])
})

test("values of variables that were replaced stay hidden, the newest of them", () => {
  const variables = new SecretVariables()
  expect(variables.values()).toEqual([])

  for (let turn = 0; turn <= formerValuesMax + 5; turn += 1) variables.follow([{ API_TOKEN: `value ${turn}` }])
  variables.follow([])
  variables.follow([{ API_TOKEN: "value 100" }])

  const values = variables.values()
  expect(values).toHaveLength(formerValuesMax)
  expect(values.slice(0, 3)).toEqual(["value 100", `value ${formerValuesMax + 5}`, `value ${formerValuesMax + 4}`])
})
