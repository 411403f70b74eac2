/** Strings, names and comments, in which nothing is a parameter; then what is one. */
const tokenRegExp =
  /'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*|(?<parameter>[?:@$#][\w$:]*)/g

/** Finds the first place of an SQL text where a value would be put in, such as `?` or `:name`. */
export function findSqlParameter(sql: string): string | undefined {
  for (const { groups } of sql.matchAll(tokenRegExp)) {
    if (groups?.["parameter"] !== undefined) return groups["parameter"]
  }
  return undefined
}
