import { nameLengthMax } from "../limits.ts"

/** NNN_name.yaml: up to nine digits, then a name of letters, digits, _ and -. */
const fileRegExp = /^(?<number>[0-9]{1,9})_(?<name>[A-Za-z0-9][A-Za-z0-9_-]*)\.yaml$/

/** The largest number that nine digits can write. */
export const migrationNumberMax = 999_999_999

/** What the name of a migration file says; null when it is not named like one. Folders before the name do not count. */
export function readMigrationFileName(file: string): { readonly number: number; readonly name: string } | null {
  const { number, name } = fileRegExp.exec(file.slice(file.lastIndexOf("/") + 1))?.groups ?? {}
  if (number === undefined || name === undefined || name.length > nameLengthMax || Number(number) === 0) return null
  return { number: Number(number), name }
}

/** The name of the file of a migration, without folder: 002_rename_user_name.yaml. */
export function migrationFileName(number: number, name: string): string {
  return `${String(number).padStart(3, "0")}_${name}.yaml`
}

/** Makes a name for a file of what a person typed: "Rename user name" becomes rename_user_name. Null when nothing is left. */
export function normalMigrationName(words: string): string | null {
  const name = words
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "_")
    .replaceAll(/_{2,}/g, "_")
    .slice(0, nameLengthMax)
    .replaceAll(/^[_-]+|[_-]+$/g, "")
  return name === "" ? null : name
}
