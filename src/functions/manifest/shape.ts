import type { UnitSuffix, ValueType } from "../../project/options/value-type.ts"

/** What may stand at a place of a manifest. One table says it all: the reader and the JSON Schema follow it. */
export type Shape = ValueShape | MapShape | ListShape | TextsShape | JsonShape | CasesShape

/** What every place has. */
interface AnyShape {
  /** A sentence for editors. */
  readonly about: string
  /** True where a map does not do without it. */
  readonly required?: true
}

/** A single value of a type. */
export interface ValueShape extends AnyShape {
  readonly kind: "value"
  readonly type: ValueType<unknown, UnitSuffix, unknown>
  /** No message and no excerpt repeats it. */
  readonly secret?: true
}

/** A map whose keys are known. */
export interface MapShape extends AnyShape {
  readonly kind: "map"
  readonly members: Members
  /** What a text in place of the map means: its only member. */
  readonly short?: string
}

/** Keys of a map, in the order in which pages list them. */
export interface Members {
  readonly [key: string]: Shape
}

/** Any number of one shape; one by itself need not be in a list. */
export interface ListShape extends AnyShape {
  readonly kind: "list"
  readonly item: Shape
}

/** Texts by name, such as `env`. */
export interface TextsShape extends AnyShape {
  readonly kind: "texts"
  /** What a name must look like. */
  readonly namePattern: RegExp
}

/** Whatever YAML can say. */
export interface JsonShape extends AnyShape {
  readonly kind: "json"
}

/** A map whose keys depend on what one of them says. */
export interface CasesShape extends AnyShape {
  readonly kind: "cases"
  readonly by: string
  readonly cases: Readonly<Record<string, Members>>
}

/** Declares a single value. */
export function value<Value, Suffix extends UnitSuffix, Written>(
  type: ValueType<Value, Suffix, Written>,
  about: string,
  more: { readonly required?: true; readonly secret?: true } = {},
): ValueShape {
  return { kind: "value", type: type as unknown as ValueShape["type"], about, ...more }
}

/** Declares a list. */
export function list(item: Shape, about: string): ListShape {
  return { kind: "list", item, about }
}

/** Declares a map. */
export function map(
  members: Members,
  about: string,
  more: { readonly required?: true; readonly short?: string } = {},
): MapShape {
  return { kind: "map", members, about, ...more }
}
