import { relative } from "node:path"

import type { BuildFailure, Message } from "esbuild"

import { alyxError } from "../../errors.ts"
import type { AlyxError, Problem } from "../../errors.ts"
import { buildProblem, placeOf } from "./build-problems.ts"
import type { BundleRequest } from "./bundle-function.ts"
import { importChains } from "./import-chain.ts"
import { substituteFor } from "./node-module-names.ts"
import { nodeModuleName } from "./node-modules-plugin.ts"

/** The error of a bundle that could not be made; what is no failure of esbuild comes back as it is. */
export async function bundleFailure(error: unknown, request: BundleRequest): Promise<unknown> {
  if (!isBuildFailure(error)) return error
  const unresolved = new Map(error.errors.map((message) => [message, unsupportedModule(message)]))
  const isNodeMissing = [...unresolved.values()].some((name) => name !== null)
  const chains = isNodeMissing ? await importChains(request) : new Map<string, readonly string[]>()
  const nearest = nearestOfPackages(unresolved, chains)
  const problems = error.errors.flatMap((message) => {
    const name = unresolved.get(message) ?? null
    if (name === null) return buildProblem(message)
    return isOfPackage(message) && nearest.get(name) !== message ? [] : nodeProblem(name, message, chains)
  })
  return failureOf(request, problems.toSorted(ownFilesFirst))
}

/** A large package may import one of Node's modules a hundred times: of each module, the import that the fewest files lead to. */
function nearestOfPackages(
  unresolved: ReadonlyMap<Message, string | null>,
  chains: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, Message> {
  const nearest = new Map<string, Message>()
  const lengthOf = ({ location }: Message): number => chains.get(location!.file)?.length ?? Infinity
  for (const [message, name] of unresolved) {
    if (name === null || !isOfPackage(message)) continue
    const known = nearest.get(name)
    if (known === undefined || lengthOf(message) < lengthOf(known)) nearest.set(name, message)
  }
  return nearest
}

function isOfPackage({ location }: Message): boolean {
  return location !== null && isForeign(location.file)
}

/** In the order of files and lines, those of packages last; esbuild tells them as it finds them. */
function ownFilesFirst({ at: a }: Problem, { at: b }: Problem): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  if (a.file !== b.file) return Number(isForeign(a.file)) - Number(isForeign(b.file)) || (a.file < b.file ? -1 : 1)
  return a.line - b.line || a.column - b.column
}

function isForeign(file: string): boolean {
  return file.includes("node_modules/")
}

function failureOf({ name, entryFile, root }: BundleRequest, problems: readonly Problem[]): AlyxError {
  const node = problems.find(isOfNode)
  if (node !== undefined && problems.every(isOfNode)) {
    const { message, next, at } = node
    if (problems.length === 1) return alyxError(node.code, { message, ...(next && { next }), ...(at && { at }) })
    const many = `${name} (${relative(root, entryFile)}) imports modules of Node that cannot work in a function.`
    return alyxError(node.code, { message: many, problems })
  }
  const what = problems.length === 1 ? problems[0]!.message : `there are ${problems.length} problems.`
  return alyxError("BUILD_FAILED", {
    message: `${name} (${relative(root, entryFile)}) does not build: ${what}`,
    problems,
  })
}

/** The module of Node that a message says cannot be found. */
function unsupportedModule({ text }: Message): string | null {
  const path = /^Could not resolve "([^"]+)"/.exec(text)?.[1]
  return path === undefined ? null : nodeModuleName(path)
}

function nodeProblem(name: string, message: Message, chains: ReadonlyMap<string, readonly string[]>): Problem {
  const file = message.location?.file
  const chain = file === undefined ? [] : (chains.get(file) ?? [file])
  const way = [...chain, `node:${name}`].join(" → ")
  return {
    code: "NODE_MODULE_UNSUPPORTED",
    message: `node:${name} cannot work in a function; it is imported by ${way}.`,
    next: substituteFor(name),
    ...(message.location === null ? {} : { at: placeOf(message.location) }),
  }
}

function isOfNode(problem: Problem): problem is Problem & { readonly code: "NODE_MODULE_UNSUPPORTED" } {
  return problem.code === "NODE_MODULE_UNSUPPORTED"
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors)
}
