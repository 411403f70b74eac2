// Behind every `npm run …`: makes sure that the packages and a Node that can run Alyx are there, then runs the script
// with that Node. Works on a bare clone with Node 20 and npm.
"use strict"

const path = require("node:path")

const { isNewEnough, ownNode, runAsLauncher } = require("../bin/node-version.cjs")
const { installPackages } = require("./install-packages.cjs")
const { restorePackageFile, stripPackageFile } = require("./package-file.cjs")

const root = path.resolve(__dirname, "..")

/** What runs for each name, with the arguments that follow it on the command line. */
const scripts = {
  start: ["scripts/start.ts"],
  alyx: ["scripts/alyx.ts"],
  test: ["scripts/test.ts"],
  "test:long": ["scripts/test.ts", "--long"],
  bench: ["bench/run.ts"],
  build: ["scripts/build.ts"],
  check: ["scripts/check.ts"],
  format: ["node_modules/oxfmt/bin/oxfmt"],
  prepack: ["scripts/build.ts"],
}

async function main() {
  const [name, ...args] = process.argv.slice(2)
  // Only here: another script that runs meanwhile must not undo a pack. After a crash `node scripts/run.cjs postpack` does.
  if (name === "postpack") return restorePackageFile(root)
  const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined
  if (script === undefined) {
    process.stderr.write(`Usage: node scripts/run.cjs ${Object.keys(scripts).join("|")}|postpack\n`)
    process.exitCode = 2
    return
  }
  await installPackages(root)
  const node = isNewEnough(process.versions.node) ? process.execPath : ownNode(root)
  if (node === undefined) {
    process.stderr.write(
      "No Node.js package exists for this platform: install Node.js 24.21 or newer, then try again.\n",
    )
    process.exitCode = 1
    return
  }
  const [file, ...fixed] = script
  const tools = [path.dirname(node), path.join(root, "node_modules", ".bin"), process.env.PATH].join(path.delimiter)
  const child = runAsLauncher(node, [path.join(root, file), ...fixed, ...args], {
    cwd: root,
    env: { ...process.env, PATH: tools },
  })
  endWithParent(child)
  if (name === "prepack") child.on("exit", (code) => code === 0 && stripPackageFile(root))
}

/** How soon the end of npm is noticed. */
const parentCheckMs = 500

/** npm passes a signal to its shell, and a shell that dies of it tells nobody: the child is then told here. */
function endWithParent(child) {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    child.kill("SIGTERM")
  }, parentCheckMs)
  timer.unref()
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
