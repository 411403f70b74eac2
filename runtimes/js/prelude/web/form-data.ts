import { Blob, File, blobBytes } from "./blob.ts"
import { nameClass } from "./define-global.ts"
import { usvString } from "./web-idl.ts"

/** A field of a form: text or a file. */
export type FormValue = string | File

type Field = [name: string, value: FormValue]

/** The standard's FormData. */
export class FormData {
  #fields: Field[] = []

  constructor(form?: unknown) {
    if (form !== undefined)
      throw new TypeError("There are no HTML forms here: make an empty FormData, and append to it.")
  }

  append(name: string, value: unknown, fileName?: string): void {
    if (arguments.length < 2) throw new TypeError("FormData.append takes a name and a value.")
    this.#fields.push([usvString(name), readValue(value, fileName, arguments.length > 2)])
  }

  set(name: string, value: unknown, fileName?: string): void {
    if (arguments.length < 2) throw new TypeError("FormData.set takes a name and a value.")
    const [wanted, given] = [usvString(name), readValue(value, fileName, arguments.length > 2)]
    const at = this.#fields.findIndex(([own]) => own === wanted)
    if (at === -1) this.#fields.push([wanted, given])
    else
      this.#fields = this.#fields.flatMap((field, index) =>
        index === at ? [[wanted, given]] : field[0] === wanted ? [] : [field],
      )
  }

  delete(name: string): void {
    const wanted = usvString(name)
    this.#fields = this.#fields.filter(([own]) => own !== wanted)
  }

  get(name: string): FormValue | null {
    const wanted = usvString(name)
    return this.#fields.find(([own]) => own === wanted)?.[1] ?? null
  }

  getAll(name: string): FormValue[] {
    const wanted = usvString(name)
    return this.#fields.filter(([own]) => own === wanted).map(([, value]) => value)
  }

  has(name: string): boolean {
    const wanted = usvString(name)
    return this.#fields.some(([own]) => own === wanted)
  }

  forEach(callback: (value: FormValue, name: string, all: FormData) => void, self?: unknown): void {
    for (const [name, value] of this) callback.call(self, value, name, this)
  }

  *entries(): Generator<[string, FormValue]> {
    for (let at = 0; at < this.#fields.length; at++) {
      const field = this.#fields[at]
      if (field !== undefined) yield [field[0], field[1]]
    }
  }

  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name
  }

  *values(): Generator<FormValue> {
    for (const [, value] of this.entries()) yield value
  }

  [Symbol.iterator](): Generator<[string, FormValue]> {
    return this.entries()
  }
}

nameClass(FormData, "FormData")

function readValue(value: unknown, fileName: unknown, isNamed: boolean): FormValue {
  if (!(value instanceof Blob)) {
    if (isNamed) throw new TypeError("Only a Blob has a file name: the value is not one.")
    return usvString(value)
  }
  if (value instanceof File && fileName === undefined) return value
  const lastModified = value instanceof File ? { lastModified: value.lastModified } : {}
  const name = fileName === undefined ? "blob" : usvString(fileName)
  return new File([blobBytes(value)], name, { type: value.type, ...lastModified })
}
