import type { FunctionRoute } from "../../functions/function-manifest.ts"

/** A function and the paths that it answers itself. */
export interface RoutedFunction {
  readonly name: string
  readonly routes: readonly FunctionRoute[]
}

/** What a path leads to: a function, or the methods that it may be asked with. */
export type RouteMatch =
  | {
      readonly name: string
      /** As the manifest writes it. */
      readonly path: string
      readonly params: Readonly<Record<string, string>>
      /** What the function is told: GET where it answers HEAD by it. */
      readonly method: string
    }
  | { readonly allow: readonly string[] }

/** What ends at a node, by method; `*` for all. */
interface Leaf {
  readonly name: string
  readonly path: string
  readonly parameterNames: readonly string[]
}

interface Node {
  readonly literals: Map<string, Node>
  parameter: Node | null
  readonly leaves: Map<string, Leaf>
  /** What `{rest*}` takes from here on. */
  readonly restLeaves: Map<string, Leaf>
}

const anyMethod = "*"

/**
 * The routes of all functions as a tree of segments. Literal text goes before a parameter, a parameter before the rest.
 * A node is looked at once at most for a path, however the routes are made.
 */
export class FunctionRoutes {
  readonly #root = newNode()
  readonly #isEmpty: boolean

  /** Where two functions have one route the first has it; that is refused when they are found. */
  constructor(functions: readonly RoutedFunction[]) {
    this.#isEmpty = functions.every(({ routes }) => routes.length === 0)
    for (const { name, routes } of functions) for (const route of routes) this.#add(name, route)
  }

  /** Finds what a path (without its query) leads to. Throws URIError where it is no valid percent encoding. */
  match(method: string, path: string): RouteMatch | undefined {
    if (this.#isEmpty) return undefined
    const search = new Search(segmentsOf(path).map(decodeURIComponent), method)
    return search.run(this.#root)
  }

  #add(name: string, { path, methods }: FunctionRoute): void {
    const parameterNames: string[] = []
    let node = this.#root
    let isRest = false
    for (const segment of segmentsOf(path)) {
      const parameter = /^\{(\w+)(\*?)\}$/.exec(segment)
      if (parameter === null) {
        const next = node.literals.get(segment) ?? newNode()
        node.literals.set(segment, next)
        node = next
        continue
      }
      parameterNames.push(parameter[1]!)
      isRest = parameter[2] === "*"
      if (!isRest) node = node.parameter ??= newNode()
    }
    const leaves = isRest ? node.restLeaves : node.leaves
    for (const method of methods.length === 0 ? [anyMethod] : methods) {
      if (!leaves.has(method)) leaves.set(method, { name, path, parameterNames })
    }
  }
}

/** A slash at the end does not matter, as with the paths of the API. */
function segmentsOf(path: string): string[] {
  const inner = path.slice(1, path.endsWith("/") ? -1 : undefined)
  return inner === "" ? [] : inner.split("/")
}

function newNode(): Node {
  return { literals: new Map(), parameter: null, leaves: new Map(), restLeaves: new Map() }
}

/** One look for a path. */
class Search {
  readonly #segments: readonly string[]
  readonly #method: string
  readonly #values: string[] = []
  readonly #allowed = new Set<string>()

  constructor(segments: readonly string[], method: string) {
    this.#segments = segments
    this.#method = method
  }

  run(root: Node): RouteMatch | undefined {
    const found = this.#visit(root, 0)
    if (found !== undefined) return found
    return this.#allowed.size === 0 ? undefined : { allow: [...this.#allowed] }
  }

  #visit(node: Node, depth: number): RouteMatch | undefined {
    const segment = this.#segments[depth]
    if (segment === undefined) return this.#leaf(node.leaves)
    const literal = node.literals.get(segment)
    const byLiteral = literal && this.#visit(literal, depth + 1)
    if (byLiteral !== undefined) return byLiteral
    if (node.parameter !== null && segment !== "") {
      this.#values.push(segment)
      const byParameter = this.#visit(node.parameter, depth + 1)
      if (byParameter !== undefined) return byParameter
      this.#values.pop()
    }
    if (node.restLeaves.size === 0) return undefined
    this.#values.push(this.#segments.slice(depth).join("/"))
    const byRest = this.#leaf(node.restLeaves)
    if (byRest === undefined) this.#values.pop()
    return byRest
  }

  #leaf(leaves: ReadonlyMap<string, Leaf>): RouteMatch | undefined {
    const method = this.#method
    const own = leaves.get(method)
    const byGet = method === "HEAD" ? leaves.get("GET") : undefined
    const leaf = own ?? byGet ?? leaves.get(anyMethod)
    if (leaf !== undefined) {
      const params = Object.fromEntries(leaf.parameterNames.map((name, index) => [name, this.#values[index]!]))
      return {
        name: leaf.name,
        path: leaf.path,
        params,
        method: own === undefined && byGet !== undefined ? "GET" : method,
      }
    }
    for (const allowed of leaves.keys()) {
      this.#allowed.add(allowed)
      if (allowed === "GET") this.#allowed.add("HEAD")
    }
    return undefined
  }
}
