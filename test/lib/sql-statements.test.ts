import * as fc from "fast-check"
import { expect, test } from "vitest"

import { splitSql, SqlStatements } from "../../src/lib/sql-statements.ts"

test("semicolons in strings, names, comments and triggers end nothing", () => {
  const script = `-- a; comment
select 1; select ';''x', "a;b", [c;d], \`e;f\`; /* ; */
CREATE TEMP TRIGGER t AFTER INSERT ON b BEGIN SELECT 1; SELECT CASE WHEN 1 THEN 2 END; END;
insert into t values('two
;lines');
select 2 -- the end`

  expect(splitSql(script)).toEqual([
    { sql: "select 1;", line: 2 },
    { sql: `select ';''x', "a;b", [c;d], \`e;f\`;`, line: 2 },
    {
      sql: "CREATE TEMP TRIGGER t AFTER INSERT ON b BEGIN SELECT 1; SELECT CASE WHEN 1 THEN 2 END; END;",
      line: 3,
    },
    { sql: "insert into t values('two\n;lines');", line: 4 },
    { sql: "select 2 -- the end", line: 6 },
  ])
})

test.each(["", "  \n", "-- only a comment", "/* open", ";;"])("%j holds no statement", (script) => {
  expect(splitSql(script)).toEqual([])
})

test("a script gives the same statements in whatever pieces it comes", () => {
  const word = fc.constantFrom(
    "select",
    "'a;'",
    "'",
    '"',
    ";",
    "--",
    "\n",
    "/*",
    "*/",
    "create",
    "trigger",
    "begin",
    "end",
    " ",
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => {
      const script = words.join("")
      const pieces = new SqlStatements()
      const found = Array.from(script).flatMap((piece) => pieces.push(piece))
      const rest = pieces.rest()

      expect(rest === undefined ? found : [...found, rest]).toEqual(splitSql(script))
    }),
  )
})

test("a text of many megabytes, with quotes in it or none, is one statement", () => {
  const plain = `INSERT INTO t VALUES ('${"a;".repeat(12_000_000)}');`
  const quoted = `INSERT INTO t VALUES ('${"''a;".repeat(6_000_000)}');`

  expect(splitSql(`${plain}\n${quoted}`).map(({ sql, line }) => [sql.length, line])).toEqual([
    [plain.length, 1],
    [quoted.length, 2],
  ])
})

test("millions of comments and line breaks may come before a statement", () => {
  expect(splitSql(`${"--\n".repeat(3_000_000)}${"\n/**/".repeat(1_000_000)}select 1;`)).toEqual([
    { sql: "select 1;", line: 4_000_001 },
  ])
})
