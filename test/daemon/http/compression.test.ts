import { expect, test } from "vitest"

import { acceptsGzip } from "../../../src/daemon/http/compression.ts"

test.each([
  [undefined, false],
  ["", false],
  ["gzip", true],
  ["deflate, GZIP;q=0.5, br", true],
  ["x-gzip", true],
  ["gzip;q=0", false],
  ["gzip; q=0.000", false],
  ["gzip;q=0.001", true],
  ["*", true],
  ["*;q=0", false],
  ["gzip;q=0, *", false],
  ["identity", false],
  ["br", false],
])("Accept-Encoding %j: gzip is welcome: %s", (header, welcome) => {
  expect(acceptsGzip(header)).toBe(welcome)
})
