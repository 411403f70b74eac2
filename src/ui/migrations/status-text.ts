import type { AppliedMigration, MigrationsResponse, PendingMigration } from "../../protocol/migrations-api.ts"
import { countOf, showCount } from "../amount.ts"
import { printable } from "../printable.ts"
import { renderTable } from "../table.ts"
import { widthOf } from "../wrap-text.ts"
import { hanging } from "./change-lines.ts"
import type { MigrationLook } from "./plan-text.ts"
import { renderProblems } from "./plan-text.ts"

/** How many entries of the history are shown; --json has them all. */
const appliedCountMax = 20

/** The narrowest that names are cut to. */
const nameWidthMin = 16

/** What `alyx migrate status` prints: the history, what waits, what stands in the way. */
export function renderMigrationStatus(status: MigrationsResponse, look: MigrationLook): string {
  const { paint, columns } = look
  const { applied, pending, problems, notices } = status
  const blocks = [
    applied.length === 0 ? "Nothing was applied to this database yet." : renderApplied(applied, look),
    pending.length === 0
      ? "No files are pending."
      : [paint("strong", "Pending"), ...pending.flatMap((file) => pendingLines(file, look))].join("\n"),
    problems.length === 0 ? "" : [paint("strong", "Problems"), renderProblems(problems, look)].join("\n"),
    notices
      .map((notice) => hanging(`! ${printable(notice)}`, { columns, indent: 0 }).join("\n  "))
      .map((notice) => paint("warn", notice.slice(0, 1)) + notice.slice(1))
      .join("\n"),
    nextStep(status, look),
  ]
  return blocks.filter((block) => block !== "").join("\n\n")
}

function renderApplied(applied: readonly AppliedMigration[], look: MigrationLook): string {
  const { paint, columns } = look
  const shown = applied.slice(-appliedCountMax)
  const cells = shown.map(({ id, number, name, kind, appliedAt, rolledBackAt }) => [
    String(id),
    number === null ? "" : showNumber(number),
    printable(name),
    kind,
    showMoment(appliedAt),
    // When it was, the entry of the rollback says.
    rolledBackAt === null ? "" : "rolled back",
  ])
  const heads = ["id", "file", "name", "kind", "when", ""]
  const others = [0, 1, 3, 4, 5].map((column) => Math.max(...[heads, ...cells].map((row) => widthOf(row[column]!))))
  const room = columns - 2 - others.reduce((sum, width) => sum + width + 2, 0)
  const nameWidth = Math.max(nameWidthMin, room)
  const rows = cells.map((row, index) =>
    row.map((cell, column) => {
      if (column === 2) return cutTo(cell, nameWidth)
      if (column === 5) return paint("warn", cell)
      return column === 3 && shown[index]!.kind === "schema" ? paint("quiet", cell) : cell
    }),
  )
  const table = renderTable([heads.map((head) => (head === "" ? "" : paint("quiet", head))), ...rows], {
    right: [0, 1],
    indent: 2,
  })
  const hidden = applied.length - shown.length
  const more = hidden > 0 ? `\n  ${paint("quiet", `… and ${showCount(hidden)} before; --json lists them`)}` : ""
  return `${paint("strong", "Applied")}\n${table}${more}`
}

function pendingLines({ file, description, operations }: PendingMigration, look: MigrationLook): readonly string[] {
  const { paint, columns } = look
  return [
    `  ${paint("name", printable(file))}`,
    ...(description === null ? [] : hanging(printable(description), { columns, indent: 4 })),
    ...operations.flatMap((operation) => hanging(printable(operation), { columns, indent: 6 })),
  ]
}

function nextStep({ pending, problems }: MigrationsResponse, { paint }: MigrationLook): string {
  if (problems.length > 0) return ""
  if (pending.length === 0) return ""
  return `${paint("good", "Next:")} alyx migrate plan shows what ${countOf(pending.length, "pending file")} would do, alyx migrate apply does it.`
}

/** Numbers as the files write them: at least three digits. */
function showNumber(number: number): string {
  return String(number).padStart(3, "0")
}

/** An ISO time as date and time of day, here. */
function showMoment(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return printable(iso)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}

function two(part: number): string {
  return String(part).padStart(2, "0")
}

function cutTo(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
