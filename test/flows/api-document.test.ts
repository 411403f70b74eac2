import { execFileSync, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import path from "node:path"
import { createInterface } from "node:readline"

import { expect, onTestFinished, test } from "vitest"

import type { OpenApiDocument } from "../../src/codegen/openapi/document.ts"
import { packageRoot } from "../../src/lib/package-root.ts"
import { DocumentJudge } from "../codegen/openapi/document-judge.ts"
import { builtCli } from "../helpers/built-cli.ts"
import { peers, peersCanRun } from "../helpers/peers.ts"
import type { Answer, RunningDaemon } from "../helpers/running-daemon.ts"
import { sendTo, startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"
import { kindsSchema, runScenarios } from "./api-scenarios.ts"
import type { Send } from "./api-scenarios.ts"

const blog = readFileSync(path.join(packageRoot(), "examples", "blog", "schema.yaml"), "utf8")

/** A project with the blog and every type, and its document as the command writes it. */
async function writtenDocument(): Promise<{ folder: string; file: string; document: OpenApiDocument }> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": blog + kindsSchema })
  const args = [await builtCli(), "generate", "openapi", "--output", "openapi.json"]
  execFileSync(process.execPath, args, { cwd: folder, env: { ...process.env, CI: "true" }, stdio: "pipe" })
  const file = path.join(folder, "openapi.json")
  return { folder, file, document: JSON.parse(readFileSync(file, "utf8")) as OpenApiDocument }
}

test(
  "the answers of every operation, and of requests that are refused, are what the document says",
  { timeout: 120_000 },
  async () => {
    const { folder, document } = await writtenDocument()
    const judge = new DocumentJudge(document)
    const daemon = await startDaemon({ folder })
    const hit = new Set<string>()
    const faults: string[] = []
    const judged: Send = async (method, target, body, headers) => {
      const answer = await daemon.send(method, target, body, headers)
      const contentType = answer.headers.get("content-type") ?? ""
      hit.add(judge.operationOf(method, target) ?? `${method} ${target}`)
      faults.push(...judge.faults({ method, target, status: answer.status, contentType, body: answer.body }))
      expect(answer.headers.get("x-request-id")).toMatch(/^[\w.:-]{1,128}$/)
      return answer
    }

    await runScenarios(judged, await keyOf(daemon))
    const codes = await sendInvalid(judged)

    expect(faults).toEqual([])
    expect([...hit].toSorted()).toEqual(judge.operations().toSorted())
    expect(codes).toEqual(expectedCodes)
    expect((await daemon.send("GET", "/api/openapi.json")).body).toEqual(document)
    expect(await daemon.stop()).toBe(0)
  },
)

/** An API key as an admin makes one: the server is open. */
async function keyOf(daemon: RunningDaemon): Promise<string> {
  const { body } = await daemon.send("POST", "/api/admin/keys", { name: "ci", role: "ci" })
  return body.secret as string
}

const expectedCodes = [
  "BAD_REQUEST",
  "BATCH_TOO_LARGE",
  "DOCUMENT_NOT_FOUND",
  "INVALID_CURSOR",
  "INVALID_FILTER",
  "INVALID_JSON",
  "INVALID_QUERY",
  "PRECONDITION_FAILED",
  "REFERENCE_CONFLICT",
  "UNIQUE_CONFLICT",
  "UNSUPPORTED_MEDIA_TYPE",
  "URL_TOO_LONG",
  "VALIDATION_ERROR",
]

/** Sends requests that are refused, by many operations; returns the codes of the answers. */
async function sendInvalid(send: Send): Promise<string[]> {
  const id = "0198c000-0000-7000-8000-000000000000"
  const posts = "/api/collections/posts"
  const user = await send("POST", "/api/collections/users", { email: "eve@example.com" })
  const users = `/api/collections/users/${user.body.id}`
  const orphan = { post_id: id, author_id: id, content: "To nowhere" }
  const requests: Parameters<Send>[] = [
    ["GET", `${posts}?limt=3&offset=-1&page=2`],
    ["GET", `${posts}?filter=title:equals:a`],
    ["GET", `${posts}?cursor=abc`],
    ["GET", `${posts}?filter=${"a".repeat(9_000)}`],
    ["GET", `${posts}?filter=%`],
    ["GET", `${posts}/%zz`],
    ["GET", `${posts}/${id}?fields=nothing`],
    ["GET", `${posts}/${id}`],
    ["GET", `${posts}/not-a-uuid`],
    ["POST", posts, { title: 5, nmae: "x", tags: null }],
    ["POST", posts, []],
    ["POST", posts, undefined, { "content-type": "application/json" }],
    ["POST", posts, "text", { "content-type": "text/plain" }],
    ["POST", `${posts}?limit=1`, {}],
    ["POST", "/api/collections/comments", orphan],
    ["POST", "/api/collections/users", { email: "eve@example.com" }],
    ["PATCH", users, { email: null }],
    ["PATCH", users, { id }],
    ["PATCH", users, { name: "E" }, { "if-match": '"other"' }],
    ["PATCH", `/api/collections/users/${id}`, { name: "E" }],
    ["PATCH", `${users}?expand=nobody`, {}],
    ["DELETE", users, undefined, { "if-match": '"other"' }],
    ["DELETE", `${posts}/${id}`],
    ["DELETE", `${users}?limit=1`],
    ["POST", "/api/batch", { operations: [{ op: "upsert" }, { op: "create", collection: "nothing", data: {} }] }],
    ["POST", "/api/batch", { operations: [{ op: "create", collection: "comments", data: orphan }] }],
    ["POST", "/api/batch", { operations: Array.from({ length: 501 }, () => ({})) }],
    ["POST", "/api/batch?x=1", { operations: [] }],
    ["GET", "/health", undefined, { "x-request-id": "mine" }],
  ]
  const codes = new Set<string>()
  for (const request of requests) {
    const answer = await send(...request)
    if (answer.status >= 400) codes.add(answer.body.error.code as string)
  }
  return [...codes].toSorted()
}

test.runIf(peersCanRun())(
  "no valid request and no answer to one violates the document in the eyes of prism",
  { timeout: 120_000 },
  async () => {
    const { folder, file, document } = await writtenDocument()
    const judge = new DocumentJudge(document)
    const daemon = await startDaemon({ folder })
    const proxy = await startPrism(file, daemon.url)
    const hit = new Set<string>()
    const violations: unknown[] = []
    const send: Send = async (method, target, body, headers) => {
      const answer: Answer = await sendTo(proxy, method, target, body, headers)
      hit.add(judge.operationOf(method, target) ?? `${method} ${target}`)
      const said = answer.headers.get("sl-violations")
      const isPrism = (answer.headers.get("content-type") ?? "").startsWith("application/problem+json")
      if (said !== null || isPrism) violations.push({ method, target, said, body: answer.body })
      return answer
    }

    await runScenarios(send, await keyOf(daemon))
    const refused = await sendTo(proxy, "POST", "/api/collections/users", { email: 5 })

    expect(violations).toEqual([])
    expect([...hit].toSorted()).toEqual(judge.operations().toSorted())
    // What is wrong is seen: otherwise the above would prove nothing.
    expect(refused.headers.get("content-type")).toContain("application/problem+json")
    expect(await daemon.stop()).toBe(0)
  },
)

/** Starts `prism proxy --errors` on a free port and resolves with its address when it listens. */
async function startPrism(file: string, upstream: string): Promise<string> {
  const args = [
    peers.prism,
    "proxy",
    file,
    upstream,
    "--errors",
    "--port",
    "0",
    "--host",
    "127.0.0.1",
    "--verboseLevel",
    "info",
  ]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
  const ended = new Promise((resolve) => child.once("exit", resolve))
  onTestFinished(async () => {
    child.kill("SIGKILL")
    await ended
  })
  const said: string[] = []
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line)
        const found = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)
        if (found) resolve(found[1]!)
      })
    }
    void ended.then(() => reject(new Error(`prism ended:\n${said.join("\n")}`)))
  })
}
