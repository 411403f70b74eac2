import { readdir, readFile } from "node:fs/promises"
import path from "node:path"

import { embeddedWorks } from "./embedded-notices.ts"
import type { EmbeddedWork } from "./embedded-notices.ts"

/** Writes what the licences of the bundled packages ask for: their names, their authors and their texts. */
export async function thirdPartyLicenses(root: string, inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.flatMap((input) => packageFolder(input) ?? []))
  const sections = await Promise.all([...folders].toSorted().map((folder) => section(path.join(root, folder))))
  const head = "# Third-party licences\n\nThe files in `dist/` contain code of these packages.\n"
  const embedded = embeddedWorks
    .filter(({ within }) => [...folders].some((folder) => folder.endsWith(`node_modules/${within}`)))
    .map(embeddedSection)
  return [head, ...new Set(sections), ...embedded].join("\n")
}

function embeddedSection({ name, within, licence, notice }: EmbeddedWork): string {
  return `## ${name}, within ${within}\n\nLicence: ${licence}\n\n\`\`\`\n${notice}\n\`\`\`\n`
}

/** The innermost node_modules/<name> or node_modules/@<scope>/<name> of a path. */
function packageFolder(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]
}

async function section(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as {
    name: string
    version: string
    license?: string
  }
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? "" : (await readFile(path.join(folder, file), "utf8")).trim()
  return `## ${name} ${version}\n\nLicence: ${license ?? "see below"}\n${text === "" ? "" : `\n\`\`\`\n${text}\n\`\`\`\n`}`
}
