import path from "node:path"

import type { MigrateResponse } from "../../protocol/migrations-api.ts"
import { countOf, showMs } from "../amount.ts"
import { printable } from "../printable.ts"
import { hanging } from "./change-lines.ts"
import type { LineLook } from "./change-lines.ts"

/** What was done by an `apply` or a `rollback`, and where the backup is as seen from a folder. */
export function renderMigrated(
  verb: "Applied" | "Rolled back",
  done: MigrateResponse,
  look: LineLook,
  folder: string,
): string {
  const { files, changes, backup, durationMs } = done
  const what = [
    ...(files.length > 0 ? [countOf(files.length, "file")] : []),
    ...(changes.length > 0 ? [countOf(changes.length, "change")] : []),
  ]
  const named = files.map((file) => `  ${look.paint("strong", printable(file))}`)
  const lines = changes.flatMap((line) => hanging(printable(line), { columns: look.columns, indent: 4 }))
  return [
    `${look.paint("good", "✓")} ${verb} ${what.join(" with ") || "nothing"} in ${showMs(durationMs)}.`,
    ...named,
    ...lines,
    ...(backup === null
      ? []
      : [`The database as it was before: ${look.paint("name", printable(seenFrom(folder, backup)))}`]),
  ].join("\n")
}

/** A path that is easier to read and to copy, where there is one. */
function seenFrom(folder: string, file: string): string {
  const near = path.relative(folder, file)
  return near.startsWith("..") ? file : near
}
