import { strict as assert } from "node:assert"

import type { JsonValue } from "../../schema/schema.ts"
import type { UnitSuffix, ValueType } from "./value-type.ts"

/** What happens when an option changes under a running daemon. */
export type Reload = "live" | "restart"

/** One setting: everything that is known of it, said once. Flags, variables, docs and JSON Schema derive from this. */
export interface Option<Value, Suffix extends UnitSuffix = UnitSuffix> {
  readonly kind: "option"
  readonly type: ValueType<unknown, Suffix, unknown>
  /** The value when nobody sets one. */
  readonly default: Value
  /** The default as one writes it in alyx.yaml. */
  readonly defaultWritten: JsonValue
  /** The value when nobody sets one under `alyx start`, where it differs. */
  readonly startDefault: Value
  /** A sentence about it. */
  readonly about: string
  readonly reload: Reload
  /** True when the value must never be shown. */
  readonly secret: boolean
  /** False while the feature is not there yet; setting it gives a notice. */
  readonly built: boolean
  /** The word of its command line flag, without the dashes. */
  readonly flag: string | null
  /** Other spellings of the key that are understood in alyx.yaml. */
  readonly aliases: readonly string[]
  /** True inside entries, for what each must have. */
  readonly required: boolean
}

/** Options under one key, whichever they are. */
export interface AnySection {
  readonly kind: "section"
  readonly about: string
  readonly members: OptionMembers
}

/** Options under one key. */
export interface Section<Members extends OptionMembers> extends AnySection {
  readonly members: Members
}

/** Several things of one shape: a map by name (`auth.oauth.github`) or a list (`webhooks`). Set in alyx.yaml only. */
export interface AnyEntries {
  readonly kind: "entries"
  readonly shape: "map" | "list"
  readonly about: string
  readonly members: OptionMembers
  readonly reload: Reload
  readonly built: boolean
}

/** Entries whose members are known. */
export interface Entries<Members extends OptionMembers, Shape extends "map" | "list"> extends AnyEntries {
  readonly shape: Shape
  readonly members: Members
}

export type OptionNode = Option<unknown> | AnySection | AnyEntries

export interface OptionMembers {
  readonly [key: string]: OptionNode
}

/** What a declaration says besides the type. */
export interface OptionSpec<Default> {
  readonly about: string
  readonly default: Default
  readonly startDefault?: Default
  readonly reload: Reload
  readonly secret?: true
  readonly built?: false
  readonly flag?: string
  readonly aliases?: readonly string[]
}

/** Declares an option. The default is written as in alyx.yaml; null means that there is none. */
export function option<Value, Suffix extends UnitSuffix, Written, const Default extends Written | null>(
  type: ValueType<Value, Suffix, Written>,
  spec: OptionSpec<Default>,
): Option<null extends Default ? Value | null : Value, Suffix> {
  const value = defaultValue(type, spec.default)
  return {
    kind: "option",
    type: type as ValueType<unknown, Suffix, unknown>,
    default: value,
    defaultWritten: spec.default as JsonValue,
    startDefault: spec.startDefault === undefined ? value : defaultValue(type, spec.startDefault),
    about: spec.about,
    reload: spec.reload,
    secret: spec.secret ?? false,
    built: spec.built ?? true,
    flag: spec.flag ?? null,
    aliases: spec.aliases ?? [],
    required: false,
  }
}

/** Declares an option that every entry of a map or list must have. */
export function required<Value, Suffix extends UnitSuffix>(
  type: ValueType<Value, Suffix, unknown>,
  spec: { readonly about: string; readonly secret?: true },
): Option<Value, Suffix> {
  const declared = option(type, { ...spec, default: null, reload: "live" })
  return { ...(declared as unknown as Option<Value, Suffix>), required: true }
}

/** Declares the options under one key. */
export function section<const Members extends OptionMembers>(about: string, members: Members): Section<Members> {
  return { kind: "section", about, members }
}

/** Declares a map or a list of things that have the same options. */
export function entries<const Members extends OptionMembers, const Shape extends "map" | "list">(
  shape: Shape,
  spec: { readonly about: string; readonly reload: Reload; readonly built?: false },
  members: Members,
): Entries<Members, Shape> {
  return { kind: "entries", shape, about: spec.about, members, reload: spec.reload, built: spec.built ?? true }
}

/** The default of an option as one writes it; null when there is none. */
export function defaultText(declared: Option<unknown>): string | null {
  if (declared.default === null) return null
  return typeof declared.defaultWritten === "string" ? declared.defaultWritten : declared.type.toText(declared.default)
}

/** The words that an option may be; null when any value of its type will do. */
export function choicesOf(declared: Option<unknown>): readonly string[] | null {
  const words = declared.type.jsonSchema.enum
  return Array.isArray(words) ? words.map(String) : null
}

type Camel<Key extends string> = Key extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Key

/** The property of a key: camel case, and the unit last unless the key says it. */
export type PropertyName<Key extends string, Node> =
  Node extends Option<unknown, infer Suffix>
    ? Key extends `${string}bytes${string}`
      ? Camel<Key>
      : `${Camel<Key>}${Suffix}`
    : Camel<Key>

/** The values of options, as the program reads them. */
export type ValuesOf<Members> = {
  readonly [Key in keyof Members & string as PropertyName<Key, Members[Key]>]: ValueOf<Members[Key]>
}

type ValueOf<Node> =
  Node extends Option<infer Value>
    ? Value
    : Node extends Section<infer Members>
      ? ValuesOf<Members>
      : Node extends Entries<infer Members, infer Shape>
        ? Shape extends "map"
          ? { readonly [name: string]: ValuesOf<Members> }
          : readonly ValuesOf<Members>[]
        : never

/** PropertyName at run time. */
export function propertyName(key: string, node: OptionNode): string {
  const camel = key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return node.kind !== "option" || key.includes("bytes") ? camel : camel + node.type.suffix
}

function defaultValue<Value>(type: ValueType<Value, UnitSuffix, unknown>, written: unknown): never {
  if (written === null) return null as never
  const value = type.parse(written, "yaml")
  assert(value.ok, `a declared default must be valid: ${value.ok ? "" : value.must}`)
  return value.value as never
}
