import type { FunctionContext } from "./function-context.ts"
import { didYouMean } from "./alyx-error.ts"
import type { ValueSchema } from "./schema/value-schema.ts"
import { readValueSchema } from "./schema/value-schema.ts"
import { isRecord } from "./schema/schema-kind.ts"

/** What defineFunction is given. */
export interface FunctionDefinition {
  readonly input?: unknown
  readonly output?: unknown
  readonly handler: (input: unknown, ctx: FunctionContext) => unknown
}

/** What defineFunction makes: a definition with its schemas read. */
export class DefinedFunction {
  readonly input: ValueSchema | null
  readonly output: ValueSchema | null
  readonly handler: FunctionDefinition["handler"]

  constructor({ input, output, handler }: FunctionDefinition) {
    this.input = readValueSchema("input", input)
    this.output = readValueSchema("output", output)
    this.handler = handler
  }
}

const members = ["input", "output", "handler"]

/** `export default defineFunction({ input, output, handler(input, ctx) {} })`. Mistakes fail the build. */
export function defineFunction(definition: FunctionDefinition): DefinedFunction {
  try {
    return readDefinition(definition)
  } catch (error) {
    // A stack has few lines, and those of reading a schema say nothing: the place is where this was called.
    const { stack } = new Error("where it was called")
    if (error instanceof TypeError && stack !== undefined) error.stack = stack
    throw error
  }
}

function readDefinition(definition: FunctionDefinition): DefinedFunction {
  if (!isRecord(definition)) throw new TypeError(`defineFunction() takes an object: ${example}`)
  for (const name of Object.keys(definition)) {
    if (members.includes(name)) continue
    throw new TypeError(
      `defineFunction() knows no "${name}".${didYouMean(name, members)} It takes ${members.join(", ")}; ` +
        "timeout, memory, routes and the like are written in the manifest.",
    )
  }
  if (typeof definition.handler !== "function") throw new TypeError(`defineFunction() needs a handler: ${example}`)
  return new DefinedFunction(definition)
}

const example = "defineFunction({ async handler(input, ctx) { return { hello: input.name } } })."
