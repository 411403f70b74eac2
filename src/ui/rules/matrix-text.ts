import { renderTable } from "../table.ts"

/** A matrix as it is shown: who may do what, for sample documents. */
export interface ShownMatrix {
  readonly callers: readonly string[]
  readonly collections: readonly {
    readonly name: string
    readonly documents: readonly {
      readonly name: string
      readonly rows: readonly {
        readonly operation: string
        /** Null for the collection's own rules. */
        readonly field: string | null
        /** Null where there is no such document for a caller. */
        readonly allowed: readonly (boolean | null)[]
      }[]
    }[]
  }[]
}

const heading = [
  "# Who may do what, by the rules of schema.yaml, for sample documents. Made by: alyx rules matrix --write",
  "# yes: allowed. -: refused. Blank: there is no such document for the caller. Admins pass every rule.",
]

/** The matrix as text: equal for equal matrices, a line a row, so that a difference shows what changed. */
export function renderMatrix({ callers, collections }: ShownMatrix): string {
  const blocks = collections.map(({ name, documents }) => {
    const rows = documents.flatMap((document) => [
      [`  ${document.name}`],
      ...document.rows.map(({ operation, field, allowed }) => [
        `    ${operation}${field === null ? "" : ` ${field}`}`,
        ...allowed.map((is) => (is === null ? "" : is ? "yes" : "-")),
      ]),
    ])
    return renderTable([[name, ...callers], ...rows])
  })
  return `${[heading.join("\n"), ...blocks].join("\n\n")}\n`
}
