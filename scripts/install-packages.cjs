// Installs the packages of the lock file, once. Runs on Node 20: it is what brings the newer Node.
"use strict"

const { spawn } = require("node:child_process")
const { createHash } = require("node:crypto")
const fs = require("node:fs")
const path = require("node:path")

const { withLock } = require("./lock.cjs")

const onWait = () => process.stderr.write("Another command installs the packages; waiting for it…\n")

/** An install takes a minute, or several where the network is slow. */
const lockWaitMsMax = 15 * 60_000

/** Runs `npm ci` unless node_modules already is what the lock file says. Reports on stderr while it waits. */
async function installPackages(root) {
  const lockText = fs.readFileSync(path.join(root, "package-lock.json"), "utf8")
  const hash = createHash("sha256").update(lockText).digest("hex")
  const stampFile = path.join(root, "node_modules", ".alyx-installed")
  const isDone = () => readIfThere(stampFile) === hash
  if (isDone()) return
  // Not in node_modules, which `npm ci` removes.
  await withLock(path.join(root, ".alyx-install.lock"), { waitMsMax: lockWaitMsMax, onWait }, async () => {
    if (isDone()) return
    if (!isInstalled(root, JSON.parse(lockText))) await runNpm(root)
    // Without a package to install npm makes no folder.
    fs.mkdirSync(path.dirname(stampFile), { recursive: true })
    fs.writeFileSync(stampFile, hash)
  })
}

/** True when npm's own record of node_modules names the locked version of every package (after `npm install <name>`). */
function isInstalled(root, lock) {
  const record = readIfThere(path.join(root, "node_modules", ".package-lock.json"))
  if (record === undefined) return false
  const installed = JSON.parse(record).packages ?? {}
  return Object.entries(lock.packages).every(
    ([name, { version, optional }]) =>
      name === "" || installed[name]?.version === version || (optional && installed[name] === undefined),
  )
}

async function runNpm(root) {
  const stopReport = reportProgress("Installing packages")
  // npm's own Node, when npm started this: the Node inside node_modules is about to be deleted.
  const npm = process.env.npm_execpath
  const [command, args] = npm?.endsWith(".js")
    ? [process.env.npm_node_execpath ?? process.execPath, [npm, "ci"]]
    : [process.platform === "win32" ? "npm.cmd" : "npm", ["ci"]]
  const child = spawn(command, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32" && command === "npm.cmd",
  })
  let output = ""
  const keep = (chunk) => (output = (output + chunk).slice(-20_000))
  child.stdout.on("data", keep)
  child.stderr.on("data", keep)
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve))
  stopReport(code === 0)
  if (code !== 0)
    throw new Error(`${output.trim()}\n\nnpm ci failed (exit code ${code}). Is the npm registry reachable?`)
}

/** Shows how long it has been going: on one line at a terminal, as two lines elsewhere. */
function reportProgress(what) {
  const startedAt = Date.now()
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`
  const { stderr } = process
  stderr.write(`${what} (once; a minute or less)…${stderr.isTTY ? "" : "\n"}`)
  const timer = stderr.isTTY
    ? setInterval(() => stderr.write(`\r${what} (once; a minute or less)… ${seconds()}`), 1000)
    : undefined
  return (succeeded) => {
    clearInterval(timer)
    stderr.write(
      `${stderr.isTTY ? "\r\u001b[K" : ""}${succeeded ? `Packages installed in ${seconds()}.` : `${what} failed.`}\n`,
    )
  }
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}

module.exports = { installPackages }
