import { bundleFileName } from "../../functions/bundle-file-name.ts"
import type { HeldFunction } from "./function-registry.ts"
import type { FunctionLogLine } from "./functions.ts"

/** The same lines; stacks in them name the files and lines that the person wrote. */
export async function mappedLogs(
  logs: readonly FunctionLogLine[],
  { built }: HeldFunction,
): Promise<readonly FunctionLogLine[]> {
  const { sourceMap } = built
  if (sourceMap === null || !logs.some(({ message }) => message.includes(bundleFileName))) return logs
  const { mapStack } = await import("../../functions/map-stack.ts")
  const mapLine = (line: string): readonly string[] => {
    if (!/^\s*at .*:\d+:\d+\)?$/.test(line)) return [line]
    const mapped = mapStack(line, sourceMap)
    return mapped === "" ? [] : [mapped]
  }
  return logs.map((line) => {
    if (!line.message.includes(bundleFileName)) return line
    return { ...line, message: line.message.split("\n").flatMap(mapLine).join("\n") }
  })
}
