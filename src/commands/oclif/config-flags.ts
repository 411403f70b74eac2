import * as Flags from "@oclif/core/flags"

import { optionFlags } from "../../project/options.ts"

type FlagValue = string | boolean | undefined

/** The options of alyx.yaml that have a flag, as oclif wants flags. They are passed on as written: the daemon checks them. */
export const configFlags = Object.fromEntries(
  optionFlags().map(({ flag, about, isSwitch, type, path }) => [
    flag,
    isSwitch
      ? Flags.boolean({ summary: about, helpGroup: "CONFIG" })
      : Flags.string({ summary: `${about} Sets ${path}.`, helpGroup: "CONFIG", ...valueOf(type) }),
  ]),
)

/** A type such as "auto | json" is a choice, which oclif checks and shells complete. */
function valueOf(type: string): { helpValue: string; options?: string[] } {
  const options = type.split(" | ")
  return options.length > 1 ? { helpValue: "<word>", options } : { helpValue: `<${type}>` }
}

/** The given ones of these flags, as words of a command line again; --json asks for a log in JSON. */
export function configFlagWords(
  given: Readonly<Record<string, unknown>>,
  options: { readonly json: boolean },
): readonly string[] {
  const flags = options.json ? { "log-format": "json", ...given } : given
  return optionFlags().flatMap(({ flag, isSwitch }) => {
    const value = flags[flag] as FlagValue
    if (value === undefined || value === false) return []
    return isSwitch ? [`--${flag}`] : [`--${flag}`, String(value)]
  })
}
