/** Writes a text as a literal of SQL; only for names from the schema, never for values of a request. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A member of a JSON object that SQLite builds: its name, and the SQL of its value. */
export interface JsonMember {
  readonly name: string
  readonly valueSql: string
}

/** SQLite's functions take at most 1,000 arguments, and a member is two. */
const memberCountMax = 450

/** Writes the SQL of a JSON object; one with very many members is joined from several. */
export function jsonObjectSql(members: readonly JsonMember[]): string {
  if (members.length <= memberCountMax) return smallObjectSql(members)
  let joined = smallObjectSql(members.slice(0, memberCountMax))
  for (let start = memberCountMax; start < members.length; start += memberCountMax) {
    const next = smallObjectSql(members.slice(start, start + memberCountMax))
    // A length below zero takes what stands before the last character: everything but the closing brace.
    joined = `substr(${joined}, -1, -2147483647) || ',' || substr(${next}, 2)`
  }
  return `json(${joined})`
}

function smallObjectSql(members: readonly JsonMember[]): string {
  return `json_object(${members.map(({ name, valueSql }) => `${quoteText(name)}, ${valueSql}`).join(", ")})`
}
