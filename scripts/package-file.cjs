// What is packed is not what is developed: the package.json inside a tarball has no scripts, and no packages to
// install, since everything is bundled. npm packs the file that it finds, so it is changed for the time of packing.
"use strict"

const fs = require("node:fs")
const path = require("node:path")

/** Only for development; with the Node packages an install would weigh 211 MB and fail on other platforms. */
const developmentKeys = ["scripts", "devDependencies", "optionalDependencies"]

/** Takes out of package.json what is only for development, and keeps the whole file beside it. */
function stripPackageFile(root) {
  const { file, kept } = paths(root)
  // Left by a crash, or of a pack under way beside this one: what is kept is the whole file, and stays.
  if (fs.existsSync(kept)) return
  fs.renameSync(file, kept)
  const content = JSON.parse(fs.readFileSync(kept, "utf8"))
  for (const key of developmentKeys) delete content[key]
  fs.writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
}

/** Puts the whole package.json back, if one was kept. */
function restorePackageFile(root) {
  const { file, kept } = paths(root)
  if (fs.existsSync(kept)) fs.renameSync(kept, file)
}

function paths(root) {
  return { file: path.join(root, "package.json"), kept: path.join(root, ".package.json.unpacked") }
}

module.exports = { restorePackageFile, stripPackageFile }
