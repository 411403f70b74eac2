import type { ServerResponse } from "node:http"
import path from "node:path"

import { describe, expect, test } from "vitest"

import { errorFromWire, requestJson } from "../../src/client/socket-request.ts"
import { listenOnSocket } from "../helpers/socket-server.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

describe("requestJson", () => {
  test("the body of an answer is returned as data", async () => {
    const socketPath = await listenOnSocket((request, response) => {
      response.end(JSON.stringify({ method: request.method, url: request.url, host: request.headers.host }))
    })

    const answer = await requestJson({ socketPath, method: "POST", path: "/api/x?y=1" })

    expect(answer).toEqual({ method: "POST", url: "/api/x?y=1", host: "localhost" })
  })

  test("an error answer is thrown with its code, its sentence and what to do", async () => {
    const error = { code: "CONFLICT", message: "No.", next: "Do this.", details: { a: 1 } }
    const socketPath = await listenOnSocket((_request, response) => {
      response.writeHead(409).end(JSON.stringify({ error }))
    })

    await expect(requestJson({ socketPath, method: "GET", path: "/" })).rejects.toMatchObject(error)
  })

  test("a socket that does not exist is no daemon", async () => {
    const socketPath = path.join(await tempFolder(), "none.sock")

    await expect(requestJson({ socketPath, method: "GET", path: "/" })).rejects.toMatchObject({ code: "NO_DAEMON" })
  })

  test("a daemon that does not answer in time is unreachable", async () => {
    const socketPath = await listenOnSocket(() => undefined)

    await expect(requestJson({ socketPath, method: "GET", path: "/", timeoutMs: 30 })).rejects.toMatchObject({
      code: "DAEMON_UNREACHABLE",
    })
  })

  test.each<[string, (response: ServerResponse) => void]>([
    [
      "breaks off",
      (response) => response.writeHead(200, { "content-length": 100 }).write("{", () => response.destroy()),
    ],
    ["is no JSON", (response) => response.end("<html>")],
  ])("an answer that %s is a daemon in trouble", async (_what, answer) => {
    const socketPath = await listenOnSocket((_request, response) => answer(response))

    await expect(requestJson({ socketPath, method: "GET", path: "/" })).rejects.toMatchObject({
      code: "DAEMON_UNREACHABLE",
    })
  })

  test("an error answer that is not of Alyx is a daemon in trouble", async () => {
    const socketPath = await listenOnSocket((_request, response) => {
      response.writeHead(502).end("<html>")
    })

    await expect(requestJson({ socketPath, method: "GET", path: "/" })).rejects.toMatchObject({
      code: "DAEMON_UNREACHABLE",
    })
  })

  test("a signal ends the call", async () => {
    const socketPath = await listenOnSocket(() => undefined)
    const controller = new AbortController()
    const call = requestJson({ socketPath, method: "GET", path: "/", signal: controller.signal })

    controller.abort()

    await expect(call).rejects.toThrow("aborted")
  })
})

describe("errorFromWire", () => {
  test("a code of a newer version is kept in the sentence", () => {
    const error = errorFromWire({ code: "QUANTUM_LOSS", message: "Gone." })

    expect(error.code).toBe("INTERNAL")
    expect(error.message).toBe("QUANTUM_LOSS: Gone.")
  })
})
