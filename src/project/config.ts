import { isDeepStrictEqual } from "node:util"

import { configOptions, placedOptions } from "./options.ts"
import type { Config } from "./options.ts"
import { propertyName } from "./options/option.ts"
import type { OptionMembers, Reload } from "./options/option.ts"

export type { Config }

/** Builds the frozen configuration from one value for each placed option; paths become absolute. */
export function assembleConfig(values: ReadonlyMap<string, unknown>, root: string): Config {
  return deepFreeze(assemble(configOptions, "", values, root)) as unknown as Config
}

function assemble(
  members: OptionMembers,
  prefix: string,
  values: ReadonlyMap<string, unknown>,
  root: string,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([key, node]) => {
      const path = prefix + key
      if (node.kind === "section") return [propertyName(key, node), assemble(node.members, `${path}.`, values, root)]
      const value = values.get(path)
      const resolve = node.kind === "option" && value !== null ? node.type.resolve : undefined
      return [propertyName(key, node), resolve === undefined ? value : resolve(value, root)]
    }),
  )
}

/** An option whose value differs between two configurations. */
export interface ChangedOption {
  readonly path: string
  readonly reload: Reload
}

/** The options that differ, in the order of the declaration; a map or list of entries counts as one. */
export function diffConfigs(before: Config, after: Config): readonly ChangedOption[] {
  return placedOptions().flatMap(({ path, node }) =>
    isDeepStrictEqual(configValue(before, path), configValue(after, path)) ? [] : [{ path, reload: node.reload }],
  )
}

/** A configuration with the live options of the new one; what needs a restart stays as it is. */
export function takeLiveOptions(current: Config, next: Config): Config {
  const values = placedOptions().map(({ path, node }) => {
    return [path, configValue(node.reload === "live" ? next : current, path)] as const
  })
  // Paths in a configuration are absolute already, so the root no longer matters.
  return assembleConfig(new Map(values), "/")
}

/** The value at an option's place, such as `server.port`. */
export function configValue(config: Config, path: string): unknown {
  let members: OptionMembers = configOptions
  let value: unknown = config
  for (const key of path.split(".")) {
    const node = members[key]!
    value = (value as Record<string, unknown>)[propertyName(key, node)]
    members = node.kind === "option" ? {} : node.members
  }
  return value
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
