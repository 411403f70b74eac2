import type { InspectState } from "./inspect-layout.ts"
import { quoteKey } from "./inspect-quote.ts"

/** Shows `name: value`; accessors are named and not called. */
export function inspectMember(
  state: InspectState,
  member: { readonly value: object; readonly key: string | symbol; readonly isListed: boolean },
  show: (inner: unknown) => string,
): string {
  const descriptor = Object.getOwnPropertyDescriptor(member.value, member.key) ?? {
    value: (member.value as Record<string | symbol, unknown>)[member.key],
    enumerable: true,
  }
  const name = quoteKey(member.key, descriptor.enumerable !== false)
  if (descriptor.get !== undefined) return `${name}: [${descriptor.set === undefined ? "Getter" : "Getter/Setter"}]`
  if (descriptor.set !== undefined) return `${name}: [Setter]`
  return `${name}: ${indented(state, () => show(descriptor.value))}`
}

/** Shows something two columns further in. */
export function indented(state: InspectState, show: () => string): string {
  state.indentation += 2
  const text = show()
  state.indentation -= 2
  return text
}
