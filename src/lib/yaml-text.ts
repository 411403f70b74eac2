import { stringify } from "yaml"

/** Writes a value as YAML 1.2 that readers of YAML 1.1 understand alike: words such as `no` and `on` stand in quotes. */
export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, compat: "yaml-1.1" })
}
