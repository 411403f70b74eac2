import type { BuildStreams } from "./build-database.ts"
import { documentsPerProgress } from "./build-from-ndjson.ts"
import type { BuildJob, BuiltDatabase } from "./data-job.ts"
import { beginBuild } from "./begin-build.ts"
import type { DatabaseBuilder } from "./database-builder.ts"
import { endsEarly, requireCounts } from "./dump-end.ts"
import { JsonInput } from "./json-input.ts"
import { invalidDump } from "./invalid-dump.ts"

/** Makes a database of one JSON object, read piece by piece: however large it is, one document is held at a time. */
export function buildFromJson({ target, name, at }: BuildJob, { input, onProgress }: BuildStreams): BuiltDatabase {
  const json = new JsonInput(input, name)
  const head: Record<string, unknown> = {}
  let builder: DatabaseBuilder | undefined
  let isWhole = false
  try {
    json.members((member) => {
      if (member === "end" && builder !== undefined) {
        requireCounts(json.value(), builder.counts, json.place)
        isWhole = true
        return
      }
      if (member !== "collections") {
        head[member] = json.value()
        return
      }
      if (builder !== undefined) throw invalidDump(json.place, "collections stands there twice.")
      builder = beginBuild(target, { head, place: json.place, nowIso: at })
      readCollections(json, builder, onProgress)
    })
    json.end()
    if (builder === undefined) throw json.fault('the member "collections"')
    if (!isWhole) throw endsEarly(json.place)
    return builder.finish(onProgress)
  } catch (error) {
    builder?.close()
    throw error
  }
}

function readCollections(json: JsonInput, builder: DatabaseBuilder, onProgress: (message: string) => void): void {
  json.members((collection) => {
    json.elements(() => {
      const { place } = json
      builder.insert(collection, json.value(), place)
      if (builder.count % documentsPerProgress === 0) onProgress(`Reading documents: ${builder.count}`)
    })
  })
}
