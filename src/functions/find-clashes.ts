import type { Problem } from "../errors.ts"
import type { FoundFunction } from "./discover.ts"
import type { PlacedRoute } from "./manifest/routes.ts"
import { isSameRoute } from "./manifest/routes.ts"

/** Finds functions that want one name or one route. Of two the first stays, so that writing the second harms nobody. */
export function findClashes(all: readonly FoundFunction[]): {
  readonly kept: readonly FoundFunction[]
  readonly problems: readonly Problem[]
} {
  const kept: FoundFunction[] = []
  const problems: Problem[] = []
  for (const each of all) {
    const own = [...nameClash(each, kept), ...routeClashes(each, kept)]
    if (own.length === 0) kept.push(each)
    problems.push(...own)
  }
  return { kept, problems }
}

/** Two names that differ in letters' case alone would be one file on many machines. */
function nameClash({ source, read, place }: FoundFunction, kept: readonly FoundFunction[]): readonly Problem[] {
  const other = kept.find((each) => each.source.name.toLowerCase() === source.name.toLowerCase())
  if (other === undefined) return []
  const at = read?.nameAt ?? { file: place, line: 1, column: 1, length: 1 }
  const message = `${other.place} and ${place} are both the function ${source.name}.`
  return [{ code: "NAME_TAKEN", message, at, next: "Rename one of them." }]
}

function routeClashes({ source, read }: FoundFunction, kept: readonly FoundFunction[]): readonly Problem[] {
  const routes = read?.routes ?? []
  return routes.flatMap((placed, index) => {
    const before = [
      ...kept.flatMap(placedRoutes),
      ...routes.slice(0, index).map((other) => ({ other, name: source.name })),
    ]
    const clash = before.find(({ other }) => isSameRoute(other.route, placed.route))
    if (clash === undefined) return []
    const { file, line } = clash.other.at
    const message = `The route ${sharedMethods(placed.route.methods, clash.other.route.methods)}${placed.route.path} of ${source.name} is also one of ${clash.name} (${file}:${line}).`
    return [{ code: "ROUTE_TAKEN", message, at: placed.at, next: "Change one of them, or its methods." }]
  })
}

/** `GET, PUT `, or nothing where both take every method. */
function sharedMethods(a: readonly string[], b: readonly string[]): string {
  const shared = a.length === 0 ? b : b.length === 0 ? a : a.filter((method) => b.includes(method))
  return shared.length === 0 ? "" : `${shared.join(", ")} `
}

function placedRoutes({
  source,
  read,
}: FoundFunction): readonly { readonly other: PlacedRoute; readonly name: string }[] {
  return (read?.routes ?? []).map((other) => ({ other, name: source.name }))
}
