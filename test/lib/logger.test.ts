import { expect, test } from "vitest"

import { createLogger, type LogFormat, type LogThreshold } from "../../src/lib/logger.ts"

test("a line is one JSON object with level, time, message and fields", () => {
  const { logger, lines } = loggerOf("json")

  logger.warn("request was slow", { durationMs: 1_200, url: "/a\nb" })

  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toEqual({
    level: "warn",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    message: "request was slow",
    durationMs: 1_200,
    url: "/a\nb",
  })
})

test("lines below the threshold are not written", () => {
  const { logger, lines } = loggerOf("json", "warn")

  logger.debug("no")
  logger.info("no")
  logger.warn("yes")
  logger.error("yes")

  expect(lines).toHaveLength(2)
})

test("secrets never reach the log, at the top or one level down", () => {
  const { logger, lines } = loggerOf("json")

  logger.info("asked", {
    authorization: "Bearer hush",
    headers: { authorization: "Bearer hush", cookie: "sid=hush", "set-cookie": "sid=hush", accept: "*/*" },
    account: { password: "hush", token: "hush", secret: "hush" },
  })

  expect(lines.join("")).not.toContain("hush")
  expect(JSON.parse(lines[0]!).headers.accept).toBe("*/*")
})

test("an error keeps its stack and its cause in JSON", () => {
  const { logger, lines } = loggerOf("json")

  logger.error("unexpected error", { error: new Error("outer", { cause: new TypeError("inner") }) })

  const { error } = JSON.parse(lines[0]!)
  expect(error.message).toContain("outer")
  expect(error.stack).toContain("logger.test.ts")
  expect(JSON.stringify(error)).toContain("inner")
})

test("at a terminal a line is for people, with the stack below", () => {
  const { logger, lines } = loggerOf("pretty")

  logger.info("listening", { url: "http://127.0.0.1:8090", note: "two words", count: 3 })
  logger.error("unexpected error", { error: new Error("broken") })

  expect(lines[0]).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} info {2}listening {2}url=http:\/\/127.0.0.1:8090 {2}note="two words" {2}count=3\n$/,
  )
  expect(lines[1]).toMatch(/ error unexpected error\n {4}Error: broken\n {4} {4}at /)
})

test("what strangers sent cannot steer the terminal", () => {
  const { logger, lines } = loggerOf("pretty")

  logger.info("asked\u001b[2J", { url: "/\u001b]0;owned\u0007", agent: "a\u009b31m b" })

  // oxlint-disable-next-line no-control-regex -- nothing that a terminal acts upon may be left
  expect(lines.join("").trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
})

function loggerOf(format: LogFormat, level: LogThreshold = "debug") {
  const lines: string[] = []
  const logger = createLogger({ level, format, destination: { write: (text) => lines.push(text) } })
  return { logger, lines }
}
