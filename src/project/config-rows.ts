import { configValue } from "./config.ts"
import type { Config } from "./config.ts"
import { placedOptions } from "./options.ts"
import type { AnyEntries, Option } from "./options/option.ts"
import { propertyName } from "./options/option.ts"
import type { Origin } from "./origin.ts"

/** One line of `alyx config show`. */
export interface ConfigRow {
  /** `server.port`, or `webhooks[0].url` inside entries. */
  readonly path: string
  /** As one would write it in alyx.yaml; a secret is `********`; null when there is none. */
  readonly text: string | null
  /** As the program reads it: durations in milliseconds, sizes in bytes; a secret is `********`. */
  readonly value: unknown
  /** The unit of the value; null where it has none. */
  readonly unit: "ms" | "bytes" | null
  readonly origin: Origin
}

/** What stands for a secret: its length tells nothing. */
const mask = "********"

/** Every option with its value and where that came from; secrets are masked. */
export function configRows(config: Config, origins: ReadonlyMap<string, Origin>): readonly ConfigRow[] {
  return placedOptions().flatMap(({ path, node }): readonly ConfigRow[] => {
    const value = configValue(config, path)
    const origin = origins.get(path) ?? { kind: "default" }
    if (node.kind === "option") return [{ path, ...shown(node, value), origin }]
    return entryRows(path, node, value, origins)
  })
}

function entryRows(
  path: string,
  node: AnyEntries,
  value: unknown,
  origins: ReadonlyMap<string, Origin>,
): readonly ConfigRow[] {
  const rows: ConfigRow[] = []
  for (const [name, entry] of Object.entries(value as Record<string, Record<string, unknown>>)) {
    const place = node.shape === "list" ? `${path}[${name}]` : `${path}.${name}`
    for (const [key, member] of Object.entries(node.members)) {
      if (member.kind !== "option") continue
      const memberPath = `${place}.${key}`
      const cells = shown(member, entry[propertyName(key, member)])
      rows.push({ path: memberPath, ...cells, origin: origins.get(memberPath) ?? { kind: "default" } })
    }
  }
  return rows
}

function shown(option: Option<unknown>, value: unknown): Pick<ConfigRow, "text" | "value" | "unit"> {
  const unit = ({ Ms: "ms", Bytes: "bytes", "": null } as const)[option.type.suffix]
  if (value === null || value === undefined) return { text: null, value: null, unit }
  if (option.secret) return { text: mask, value: mask, unit }
  return { text: option.type.toText(value), value, unit }
}
