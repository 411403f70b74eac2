import type { ErrorCode } from "../../errors.ts"
import type { FunctionStyle } from "../../functions/built-function.ts"
import type { FunctionRoute } from "../../functions/function-manifest.ts"
import type { JsonSchema } from "../../schema/json-schema.ts"
import { security } from "./access.ts"
import type { ErrorAnswers } from "./error-answers.ts"
import { functionCodes } from "./error-codes.ts"
import { functionNames } from "./function-names.ts"
import { functionSchema, queryParameters } from "./function-schemas.ts"
import { everyAnswer } from "./headers.ts"
import type { Method, Operation, PathItem } from "./operation.ts"
import { componentRef, jsonContent, wholeObject } from "./operation.ts"

/** What the document says of a function. */
export interface DescribedFunction {
  readonly name: string
  /** Whether it is served at `/api/functions/:name`. */
  readonly isHttp: boolean
  readonly style: FunctionStyle
  /** JSON Schemas; null where nothing is said. */
  readonly input: unknown
  readonly output: unknown
  readonly routes: readonly FunctionRoute[]
  /** Whether a rule decides who may call it. */
  readonly hasAccessRule: boolean
}

interface NamedFunction extends DescribedFunction {
  /** Ends the ids of its operations. */
  readonly base: string
}

/** The paths of functions: by their names, and by the routes of their manifests. */
export function functionPaths(functions: readonly DescribedFunction[], errors: ErrorAnswers): Record<string, PathItem> {
  const bases = functionNames(functions.map(({ name }) => name))
  const named = functions
    .map((one) => ({ ...one, base: bases.get(one.name)! }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const paths: Record<string, PathItem> = {}
  for (const one of named) if (one.isHttp) paths[`/api/functions/${one.name}`] = itemByName(one, errors)
  const shapes = new Map<string, string>()
  for (const one of named) {
    for (const [index, route] of one.routes.entries()) {
      const path = sharedPath(route.path, shapes)
      paths[path] = { ...itemOfRoute({ one, route, index, path }, errors), ...paths[path] }
    }
  }
  return paths
}

function itemByName(one: NamedFunction, errors: ErrorAnswers): PathItem {
  return {
    get: operationOf(one, { id: `read${one.base}`, method: "get" }, errors),
    post: operationOf(one, { id: `call${one.base}`, method: "post" }, errors),
  }
}

/** What a route without methods is described by; the function answers every other one too. */
const anyMethods: readonly Method[] = ["get", "post", "put", "patch", "delete"]
const describedMethods: ReadonlySet<string> = new Set(anyMethods)

interface RouteFrame {
  readonly one: NamedFunction
  readonly route: FunctionRoute
  readonly index: number
  readonly path: string
}

function itemOfRoute({ one, route, index, path }: RouteFrame, errors: ErrorAnswers): PathItem {
  const written = route.methods.map((method) => method.toLowerCase()).filter((method) => describedMethods.has(method))
  const methods = route.methods.length === 0 ? anyMethods : (written as Method[])
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }))
  return Object.fromEntries(
    methods.map((method) => {
      const id = `route${one.base}${index + 1}${method[0]!.toUpperCase()}${method.slice(1)}`
      const { parameters: own = [], ...operation } = operationOf(one, { id, method }, errors)
      return [method, { ...operation, parameters: [...parameters, ...own] }]
    }),
  )
}

function operationOf(
  one: NamedFunction,
  { id, method }: { readonly id: string; readonly method: Method },
  errors: ErrorAnswers,
): Operation {
  const takesBody = method !== "get" && method !== "delete"
  const isOwn = one.style === "handler" || one.style === "fetch"
  const query = method === "get" && !isOwn ? queryParameters(one.input) : []
  return {
    operationId: id,
    tags: ["Functions"],
    summary: `Call the function ${one.name}`,
    ...(isOwn ? { description: "The function makes the whole answer: status, headers and body are its own." } : {}),
    security: security.optional,
    parameters: [...query, componentRef("parameters", "XRequestId")],
    ...(takesBody ? { requestBody: isOwn ? anyBody : inputBody(one.input) } : {}),
    responses: {
      "200": isOwn ? anyAnswer : outputAnswer(one.output),
      default: thrownAnswer,
      ...errors.answersOf("Function", codesOf(one, takesBody && !isOwn)),
    },
  }
}

function codesOf({ hasAccessRule, input }: NamedFunction, takesJson: boolean): readonly ErrorCode[] {
  return [
    ...functionCodes,
    ...(takesJson ? (["INVALID_JSON", "UNSUPPORTED_MEDIA_TYPE"] as const) : []),
    ...(input === null ? [] : (["INPUT_INVALID"] as const)),
    ...(hasAccessRule ? (["UNAUTHENTICATED", "FORBIDDEN"] as const) : []),
  ]
}

const anyBody: JsonSchema = { description: "Whatever the function takes.", content: { "*/*": { schema: {} } } }

const anyAnswer: JsonSchema = {
  description: "What the function answers.",
  headers: everyAnswer,
  content: { "*/*": { schema: {} } },
}

function inputBody(input: unknown): JsonSchema {
  return { description: "The input of the function.", content: jsonContent(functionSchema(input)) }
}

function outputAnswer(output: unknown): JsonSchema {
  return {
    description: "What the function returned.",
    headers: everyAnswer,
    content: jsonContent(
      wholeObject({
        output: functionSchema(output),
        request_id: { type: "string" },
        duration_ms: { type: "number", minimum: 0 },
      }),
    ),
  }
}

/** Functions choose the codes and statuses of their own errors. */
const thrownAnswer: JsonSchema = {
  description: "What the function refuses with a `FunctionError`, under a code and a status of its own.",
  headers: everyAnswer,
  content: jsonContent(componentRef("schemas", "Error")),
}

/** Paths that differ only in the names of their parameters are one path. The rest of a path is one parameter here. */
function sharedPath(written: string, shapes: Map<string, string>): string {
  const path = written.replaceAll("*}", "}")
  const shape = path.replaceAll(/\{\w+\}/g, "{}")
  const known = shapes.get(shape)
  if (known === undefined) shapes.set(shape, path)
  return known ?? path
}
