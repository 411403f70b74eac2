import { existsSync } from "node:fs"
import path from "node:path"

import { packageRoot } from "../../src/lib/package-root.ts"
import { canRun } from "./can-run.ts"

const modules = path.join(packageRoot(), "test", "peers", "node_modules")

/** Programs of others that judge the API document; `npm ci --prefix test/peers` installs them. */
export const peers = {
  redocly: path.join(modules, "@redocly", "cli", "bin", "cli.js"),
  prism: path.join(modules, "@stoplight", "prism-cli", "dist", "index.js"),
}

/** Tells whether the peers are there, and says so once when they are not. */
export function peersCanRun(): boolean {
  return canRun(existsSync(peers.redocly) && existsSync(peers.prism), "npm ci --prefix test/peers was not run")
}
