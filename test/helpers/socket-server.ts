import { createServer } from "node:http"
import type { RequestListener } from "node:http"
import path from "node:path"

import { onTestFinished } from "vitest"

import { tempFolder } from "./temp-folder.ts"

/** A real HTTP server on a local socket, closed when the test ends; returns the socket's path. */
export async function listenOnSocket(listener: RequestListener): Promise<string> {
  const socketPath = path.join(await tempFolder(), "test.sock")
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return socketPath
}
