import { configValue } from "./config.ts"
import type { Config } from "./config.ts"
import { placedOptions } from "./options.ts"
import type { AnyEntries } from "./options/option.ts"
import { propertyName } from "./options/option.ts"
import type { Origin } from "./origin.ts"

/** One line of `alyx config show`. */
export interface ConfigRow {
  /** `server.port`, or `webhooks[0].url` inside entries. */
  readonly path: string
  /** As one would write it in alyx.yaml; a secret is `********`; null when there is none. */
  readonly text: string | null
  readonly origin: Origin
}

/** What stands for a secret: its length tells nothing. */
const mask = "********"

/** Every option with its value and where that came from; secrets are masked. */
export function configRows(config: Config, origins: ReadonlyMap<string, Origin>): readonly ConfigRow[] {
  return placedOptions().flatMap(({ path, node }): readonly ConfigRow[] => {
    const value = configValue(config, path)
    const origin = origins.get(path) ?? { kind: "default" }
    if (node.kind === "option") return [{ path, text: shown(node, value), origin }]
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
      const text = shown(member, entry[propertyName(key, member)])
      rows.push({ path: memberPath, text, origin: origins.get(memberPath) ?? { kind: "default" } })
    }
  }
  return rows
}

function shown(
  option: { readonly secret: boolean; readonly type: { readonly toText: (value: unknown) => string } },
  value: unknown,
): string | null {
  if (value === null || value === undefined) return null
  return option.secret ? mask : option.type.toText(value)
}
