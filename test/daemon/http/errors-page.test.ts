import path from "node:path"

import { expect, test } from "vitest"

import { errorTable } from "../../../src/errors.ts"

test("docs/errors.md lists exactly the table of error codes (with -u it writes the page anew)", async () => {
  const page = path.join(import.meta.dirname, "../../../docs/errors.md")

  await expect(errorsPage()).toMatchFileSnapshot(page)
})

function errorsPage(): string {
  const rows = Object.entries(errorTable).map(([code, { status, sentence }]) => ({ code, status, sentence }))
  rows.sort((a, b) => a.status - b.status || (a.code < b.code ? -1 : 1))
  return `<!-- Made from src/errors.ts by \`npx vitest run test/daemon/http/errors-page.test.ts -u\`; not written by hand. -->
# Errors

Every answer of 400 and above has one form, and so has every error of a command with \`--json\`:

\`\`\`json
{
  "error": {
    "code": "DOCUMENT_NOT_FOUND",
    "message": "There is no posts with the id 42.",
    "details": {},
    "next": "What to do about it, where there is something."
  },
  "request_id": "req_4fXk2pQ01",
  "timestamp": "2026-11-21T09:00:00.000Z"
}
\`\`\`

Decide by \`code\`: it never changes its meaning, while messages may be reworded. \`details\` and \`next\` are left out when
there is nothing to say. \`request_id\` is also in the header \`X-Request-Id\`, and in the log. A 503 carries \`Retry-After\`
where waiting helps. The status is that of an HTTP answer; errors that only the command line knows have one as well.

| code | status | meaning |
|---|---|---|
${rows.map(({ code, status, sentence }) => `| \`${code}\` | ${status} | ${sentence.replaceAll("|", "\\|")} |`).join("\n")}
`
}
