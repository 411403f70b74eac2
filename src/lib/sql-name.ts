/** Writes a name as an identifier of SQL: always quoted, so that keywords and any letters may be names. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
