import type { SecretsResponse } from "../../protocol/functions-api.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { renderTable } from "../table.ts"

/** The names of secrets as a table. */
export function renderSecrets(secrets: SecretsResponse["secrets"], paint: Paint): string {
  if (secrets.length === 0) return "No secrets are set."
  const head = ["name", "last set"].map((word) => paint("quiet", word))
  const rows = secrets.map(({ name, updatedAt }) => [printable(name), updatedAt.slice(0, 16).replace("T", " ")])
  return renderTable([head, ...rows])
}
