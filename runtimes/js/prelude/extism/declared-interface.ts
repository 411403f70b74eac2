import type { PluginInterface } from "../../../../src/functions/plugin-interface.ts"

const scope = globalThis as { __alyx_interface?: PluginInterface }
const found: { declared: PluginInterface | null } = { declared: null }

/** What the interface file beside the source declares; the bundle says it in its first line. Null where there is none. */
export function declaredInterface(): PluginInterface | null {
  const { __alyx_interface: said } = scope
  if (said !== undefined) {
    delete scope.__alyx_interface
    found.declared = said
  }
  return found.declared
}
