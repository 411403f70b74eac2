// Lets one process at a time do a work. Runs on Node 20: the first thing that needs it brings the newer Node.
"use strict"

const fs = require("node:fs")
const { setTimeout: delay } = require("node:timers/promises")

/** Nobody needs longer to look at a stale lock; whoever began to has died. */
const guardMsMax = 10_000

/**
 * Runs work while no other process does: two builds of one folder (`npm start` beside `npm test`) take turns. Calls
 * `onWait` once when it has to wait, and gives up after `waitMsMax`: whoever holds the lock for so long has hung.
 */
async function withLock(file, { waitMsMax, onWait = () => undefined }, work) {
  await acquire(file, waitMsMax, onWait)
  try {
    return await work()
  } finally {
    fs.rmSync(file, { force: true })
  }
}

async function acquire(file, waitMsMax, onWait) {
  const deadline = Date.now() + waitMsMax
  for (let turn = 0; Date.now() < deadline; turn += 1) {
    if (createExclusively(file, String(process.pid))) return
    const holder = readIfThere(file)
    if (holder !== "" && !isAlive(Number(holder))) removeStale(file, holder)
    else {
      if (turn === 0) onWait()
      await delay(50)
    }
  }
  throw new Error(`Another process holds ${file} for over ${waitMsMax / 1000} s. Remove the file if none is running.`)
}

/**
 * Removes the lock of a dead process. Only one may look and remove at a time: what a second one removes after it could
 * be the lock of the next holder already.
 */
function removeStale(file, holder) {
  const guard = `${file}.stale`
  if (!createExclusively(guard, "")) {
    const { mtimeMs } = fs.statSync(guard, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() }
    if (Date.now() - mtimeMs > guardMsMax) fs.rmSync(guard, { force: true })
    return
  }
  try {
    if (readIfThere(file) === holder) fs.rmSync(file, { force: true })
  } finally {
    fs.rmSync(guard, { force: true })
  }
}

function createExclusively(file, content) {
  try {
    fs.writeFileSync(file, content, { flag: "wx" })
    return true
  } catch (error) {
    if (error.code === "EEXIST") return false
    throw error
  }
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === "EPERM"
  }
}

module.exports = { withLock }
