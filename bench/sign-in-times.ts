import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"

import { endChild, sendJson, waitForAnswer, withChild } from "./servers/server.ts"
import { median } from "./startup.ts"

/** How long a refused sign-in takes, in milliseconds. */
export interface RefusedTimes {
  readonly what: string
  readonly count: number
  readonly p5Ms: number
  readonly p50Ms: number
  readonly p95Ms: number
}

/** Refused sign-ins to an address that has an account, and to addresses that have none. */
export interface SignInTimes {
  readonly times: readonly RefusedTimes[]
  /** How often the known address took longer than an unknown one: 0.5 when their times tell nothing. */
  readonly longerShare: number
}

const launcher = path.join(import.meta.dirname, "../bin/run.js")
const known = "ada@example.test"

/** Tries wrong passwords, one after the other, at a known and an unknown address in random order. */
export async function measureSignInTimes(folder: string, pairCount = 400): Promise<SignInTimes> {
  const root = path.join(folder, "sign-ins")
  mkdirSync(root, { recursive: true })
  writeFileSync(path.join(root, "schema.yaml"), "collections:\n  notes:\n    fields:\n      text: { type: text }\n")
  const port = 18_407
  const child = spawn(process.execPath, [launcher, "start", "--port", String(port)], {
    cwd: root,
    env: {
      ...process.env,
      ALYX_AUTH_RATE_LIMIT_LOGIN: "1000000/second",
      ALYX_SERVER_RATE_LIMIT_ADDRESS: "1000000/second",
    },
    stdio: ["ignore", "ignore", "inherit"],
  })
  const base = `http://127.0.0.1:${port}`
  try {
    await withChild(child, async () => {
      await waitForAnswer(`${base}/health/ready`)
      await sendJson("POST", `${base}/api/auth/register`, { email: known, password: "the right password" })
    })
    const [knownMs, unknownMs]: [number[], number[]] = [[], []]
    for (let pair = -20; pair < pairCount; pair += 1) {
      const isKnownFirst = Math.random() < 0.5
      for (const isKnown of [isKnownFirst, !isKnownFirst]) {
        const tookMs = await refusedMs(base, isKnown ? known : `nobody${pair}@example.test`)
        // The first ones warm up.
        if (pair >= 0) (isKnown ? knownMs : unknownMs).push(tookMs)
      }
    }
    const times = [timesOf("a known address", knownMs), timesOf("an unknown address", unknownMs)]
    return { times, longerShare: longerShare(knownMs, unknownMs) }
  } finally {
    await endChild(child)
  }
}

async function refusedMs(base: string, email: string): Promise<number> {
  const begin = performance.now()
  const answer = await fetch(`${base}/api/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password: "a wrong password" }),
  })
  await answer.text()
  if (answer.status !== 401) throw new Error(`A wrong password was answered ${answer.status}.`)
  return performance.now() - begin
}

function timesOf(what: string, durationsMs: readonly number[]): RefusedTimes {
  const sorted = durationsMs.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1]!
  return { what, count: sorted.length, p5Ms: at(0.05), p50Ms: median(durationsMs), p95Ms: at(0.95) }
}

/** Of all pairs of a time of one and a time of the other. */
function longerShare(ones: readonly number[], others: readonly number[]): number {
  let longer = 0
  for (const one of ones) for (const other of others) longer += one > other ? 1 : one === other ? 0.5 : 0
  return longer / (ones.length * others.length)
}

/** The rows of a table. */
export function renderSignInTimes({ times, longerShare: share }: SignInTimes): string {
  return [
    "| a wrong password for | tries | p5 ms | p50 ms | p95 ms |",
    "|---|---:|---:|---:|---:|",
    ...times.map((one) => {
      const [p5, p50, p95] = [one.p5Ms, one.p50Ms, one.p95Ms].map((ms) => ms.toFixed(2))
      return `| ${one.what} | ${one.count} | ${p5} | ${p50} | ${p95} |`
    }),
    "",
    `Of two tries the one at the known address took longer in ${(share * 100).toFixed(1)} % of all pairs; 50 % tells nothing.`,
    "",
  ].join("\n")
}

/** `node bench/sign-in-times.ts` */
if (process.argv[1] === import.meta.filename) {
  const folder = mkdtempSync(path.join(tmpdir(), "alyx-bench-"))
  try {
    process.stdout.write(renderSignInTimes(await measureSignInTimes(folder)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
