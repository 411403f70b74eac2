#!/usr/bin/env node
/* oxlint-disable unicorn/prefer-node-protocol -- this file must run on any Node with ES modules, to say that it is too old */
import fs from "fs"
import module from "module"
import os from "os"
import path from "path"
import url from "url"

import nodeVersion from "./node-version.cjs"

const root = path.resolve(path.dirname(url.fileURLToPath(import.meta.url)), "..")

if (process.argv[2] === "--version" || process.argv[2] === "-v") {
  const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"))
  process.stdout.write("alyx " + version + "\n")
} else if (!nodeVersion.isNewEnough(process.versions.node)) {
  nodeVersion.runWithNewerNode(root, [path.join(root, "bin", "run.js"), ...process.argv.slice(2)])
} else {
  // Not in the shared temporary folder, where somebody else could prepare it.
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache")
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE || path.join(cache, "alyx", "compile"))
  nodeVersion.leaveWithLauncher()
  process.stdout.on("error", leave)
  process.stderr.on("error", leave)
  void import("../dist/cli/main.js")
    .then((cli) => cli.runCommandLine({ root, argv: process.argv.slice(2) }))
    .then((exitCode) => (process.exitCode = exitCode))
}

/** The reader of a pipe may leave early, as head does. */
function leave(error) {
  if (error.code === "EPIPE") process.exit()
  throw error
}
