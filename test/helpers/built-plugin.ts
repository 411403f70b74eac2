import { createPlugin } from "@extism/extism"
import { onTestFinished } from "vitest"

import { isAlyxError } from "../../src/errors.ts"
import type { AlyxError } from "../../src/errors.ts"
import type { MadeFunction } from "../../src/functions/build-function.ts"
import { functionProject } from "./function-project.ts"

/** Calls an export of a plug-in in the unmodified host, which knows nothing of Alyx. */
export async function callPlain({ wasm }: MadeFunction, entry: string, input = ""): Promise<string> {
  const plugin = await createPlugin({ wasm: [{ module: await WebAssembly.compile(wasm) }] }, { useWasi: true })
  onTestFinished(() => plugin.close())
  const output = await plugin.call(entry, input)
  return output?.text() ?? ""
}

/** The error that a build ends with. */
export async function failureOf(files: Readonly<Record<string, string>>, name = "f"): Promise<AlyxError> {
  const project = await functionProject(files)
  const error: unknown = await project.build(name).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!isAlyxError(error)) throw new Error(`The build did not fail as expected: ${String(error)}`)
  return error
}

/** The problems of an error, one line each. */
export const shown = ({ problems }: AlyxError): string[] => {
  return problems.map(({ message, at, next }) =>
    `${at?.file}:${at?.line}:${at?.column} ${message} ${next ?? ""}`.trim(),
  )
}
