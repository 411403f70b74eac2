import { writeFile } from "node:fs/promises"
import path from "node:path"

import { Plugin } from "@oclif/core/config"

/** Writes oclif.manifest.json: with it oclif imports only the command that was asked for, without it all of them. */
export async function writeManifest(root: string): Promise<void> {
  const plugin = new Plugin({
    root,
    type: "core",
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  await writeFile(path.join(root, "oclif.manifest.json"), JSON.stringify(plugin.manifest))
}
