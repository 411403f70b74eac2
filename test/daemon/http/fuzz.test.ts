import { expect, test, vi } from "vitest"

import { errorTable } from "../../../src/errors.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { openRaw, send, startHttp } from "./http-fixture.ts"
import { Dice } from "../../helpers/dice.ts"
import { malformedRequest } from "./malformed-requests.ts"

test("malformed requests are all answered 4xx in the documented form, and nothing breaks", async () => {
  const seed = testSeed()
  const count = scaled(20_000, 1_000)
  const dice = new Dice(seed)
  const { app, port, logLines } = await startHttp()

  const wrong: string[] = []
  for (let done = 0; done < count; done += 1) {
    const { fault, bytes } = malformedRequest(dice)
    const complaint = complaintAbout(await exchange(port, bytes))
    if (complaint !== null)
      wrong.push(`${fault}: ${JSON.stringify(bytes.toString("latin1").slice(0, 300))} ${complaint}`)
  }

  expect(wrong, `ALYX_TEST_SEED=${seed}, ${count} requests`).toEqual([])
  expect(logLines).toEqual([])
  expect((await send(port, { path: "/api/collections/notes" })).body).toMatchObject({ docs: [], total: 0 })
  await vi.waitFor(() => expect(app.requestCounts()).toMatchObject({ failed: 0, inFlight: 0 }))
}, 600_000)

test("valid requests with bytes changed at random never cause a 5xx", async () => {
  const seed = testSeed()
  const dice = new Dice(seed)
  const { app, port, logLines } = await startHttp()
  const body = '{"title":"a","data":{"b":[1,"c"]}}'
  const valid = `POST /api/collections/notes?expand= HTTP/1.1\r\nhost: localhost\r\naccept-encoding: gzip\r\nif-match: "x"\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`

  const wrong: string[] = []
  for (let done = 0; done < scaled(5_000, 500); done += 1) {
    const bytes = Buffer.from(valid)
    for (let change = 0; change <= dice.below(4); change += 1) bytes[dice.below(bytes.length)] = dice.below(256)
    const answer = await exchange(port, bytes)
    if (!/^HTTP\/1\.1 [234]\d\d /.test(answer)) wrong.push(`${JSON.stringify(bytes.toString("latin1"))} got ${answer}`)
  }

  expect(wrong, `ALYX_TEST_SEED=${seed}`).toEqual([])
  expect(logLines).toEqual([])
  expect(app.requestCounts().failed).toBe(0)
}, 600_000)

/** Sends bytes, ends that side of the connection, and returns everything that came back. */
async function exchange(port: number, bytes: Buffer): Promise<string> {
  const raw = await openRaw(port)
  raw.socket.end(bytes)
  return raw.received
}

function complaintAbout(answer: string): string | null {
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
  if (!(status >= 400 && status < 500)) return `got ${answer.slice(0, 300)}`
  const length = Number(/^content-length: (\d+)\r$/im.exec(answer)?.[1])
  const text = answer.slice(answer.indexOf("\r\n\r\n") + 4).slice(0, length)
  try {
    const { error, request_id: id, timestamp } = JSON.parse(Buffer.from(text, "latin1").toString("utf8"))
    const known = error.code in errorTable && errorTable[error.code as keyof typeof errorTable].status === status
    const formed = typeof error.message === "string" && typeof id === "string" && !Number.isNaN(Date.parse(timestamp))
    return known && formed && answer.includes(`x-request-id: ${id}\r\n`) ? null : `got ${answer.slice(0, 600)}`
  } catch (error) {
    return `got ${answer.slice(0, 600)}: ${String(error)}`
  }
}
