/** Deeper conditions are refused; those of the database are never so deep. */
const depthMax = 100

/** All documents are meant by `{}`, never by a variable that is not set, nor by a list that came out empty. */
export function requireManyFilter(filter: unknown, where: string): void {
  if (Array.isArray(filter) && filter.length === 0) {
    throw new TypeError(`${where} needs a filter first, and was given an empty list; {} means every document.`)
  }
  if ((typeof filter !== "object" || filter === null) && (typeof filter !== "string" || filter === "")) {
    throw new TypeError(`${where} needs a filter first, and was given ${String(filter)}; {} means every document.`)
  }
  requireSetConditions(filter, where)
}

/** Refuses conditions that JSON would drop, such as one whose value is not set: the filter would match more than was meant. */
export function requireSetConditions(filter: unknown, where: string): void {
  if (filter !== undefined) requireKept(filter, { where, path: "", depth: 0 })
}

interface Place {
  readonly where: string
  readonly path: string
  readonly depth: number
}

function requireKept(given: unknown, place: Place): void {
  const value = asJson(given)
  const { where, path, depth } = place
  if (value === undefined || typeof value === "function" || typeof value === "symbol") {
    throw new TypeError(
      `The ${named(path)} of ${where} is ${typeof value}; leave it out, or write null where no value is meant.`,
    )
  }
  if (typeof value !== "object" || value === null) return
  if (depth >= depthMax) throw new TypeError(`The filter of ${where} is nested deeper than ${depthMax} levels.`)
  const kind = Object.prototype.toString.call(value).slice("[object ".length, -1)
  if (!kinds.has(kind)) {
    const next = kind === "Promise" ? "await it" : "write an object of conditions"
    throw new TypeError(`The ${named(path)} of ${where} is a ${kind}, which JSON cannot hold; ${next}.`)
  }
  for (const [name, member] of Object.entries(value) as [string, unknown][]) {
    requireKept(member, { where, path: path === "" ? name : `${path}.${name}`, depth: depth + 1 })
  }
}

/** JSON writes all others as `{}`, which matches everything. */
const kinds: ReadonlySet<string> = new Set(["Object", "Array", "String", "Number", "Boolean"])

/** Dates and the like say themselves what they are. */
function asJson(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value
  return "toJSON" in value && typeof value.toJSON === "function" ? (value.toJSON() as unknown) : value
}

function named(path: string): string {
  return path === "" ? "filter" : `condition "${path}" of the filter`
}
