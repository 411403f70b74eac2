/** Texts in quotes, comments, and what tells the parts of a definition apart. */
const tokenRegExp = /"(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|--|\/\*|[(),]/g

/**
 * The columns and constraints of a CREATE TABLE statement as they stand there; null when it is not one that Alyx could
 * have made: with a comment, without columns of its own, or with another end than STRICT.
 */
export function tableParts(sql: string): readonly string[] | null {
  const parts: string[] = []
  let depth = 0
  let begin = 0
  for (const { 0: token, index } of sql.matchAll(tokenRegExp)) {
    if (token === "--" || token === "/*") return null
    if (token === "(") {
      depth += 1
      if (depth === 1) begin = index + 1
    } else if (token === ")") {
      depth -= 1
      if (depth > 0) continue
      parts.push(sql.slice(begin, index).trim())
      return sql
        .slice(index + 1)
        .trim()
        .toUpperCase() === "STRICT"
        ? parts
        : null
    } else if (token === "," && depth === 1) {
      parts.push(sql.slice(begin, index).trim())
      begin = index + 1
    }
  }
  return null
}

/** A column with a name, a type, and at most a plain default: nothing of it is worked out when a row is written. */
const plainColumnRegExp =
  /^(?:"(?:[^"]|"")+"|[A-Za-z_]\w*)(?: (?:TEXT|INTEGER|INT|REAL|BLOB|ANY))?(?: DEFAULT (?:NULL|-?\d+(?:\.\d+)?|'(?:[^']|'')*'))?$/i

/** Tells whether a column that somebody added costs nothing but its room. */
export function isPlainColumn(part: string): boolean {
  return plainColumnRegExp.test(part)
}
