import { manifestShape } from "./manifest/manifest-shape.ts"
import type { Members, Shape } from "./manifest/shape.ts"

/** Where the table begins and ends in the page about functions. */
export const manifestTableMarks = {
  begin: "<!-- the table of keys: written by scripts/generate-docs.ts -->",
  end: "<!-- end -->",
}

/** The keys of a manifest as a table in Markdown. */
export function manifestTable(): string {
  const rows = Object.entries(manifestShape).flatMap(([key, shape]) => rowsOf(key, shape))
  return ["| key | value | meaning |", "|---|---|---|", ...rows].join("\n")
}

/** The page with the table as it is now. */
export function withManifestTable(page: string): string {
  const { begin, end } = manifestTableMarks
  const from = page.indexOf(begin)
  const to = page.indexOf(end, from)
  if (from === -1 || to === -1) throw new Error("docs/functions.md has no place for the table of keys")
  return `${page.slice(0, from)}${begin}\n${manifestTable()}\n${page.slice(to)}`
}

function rowsOf(key: string, shape: Shape): readonly string[] {
  const needed = shape.required === true ? " Needed." : ""
  const own = `| \`${key}\` | ${cell(kindOf(shape))} | ${cell(shape.about)}${needed} |`
  return [own, ...memberRows(key, shape)]
}

function memberRows(key: string, shape: Shape): readonly string[] {
  switch (shape.kind) {
    case "map":
      return rowsOfMembers(key, shape.members)
    case "list":
      return shape.item.kind === "value" ? [] : memberRows(`${key}[]`, shape.item)
    case "cases":
      return Object.entries(shape.cases).flatMap(([word, members]) => [
        `| \`${key}.${shape.by}: ${word}\` | | ${cell(keysOf(members))} |`,
      ])
    case "value":
    case "texts":
    case "json":
      return []
  }
}

function rowsOfMembers(key: string, members: Members): readonly string[] {
  return Object.entries(members).flatMap(([name, shape]) => rowsOf(`${key}.${name}`, shape))
}

/** What may stand beside the word that chooses. */
function keysOf(members: Members): string {
  return `with ${Object.keys(members)
    .map((name) => `\`${name}\``)
    .join(", ")}`
}

function kindOf(shape: Shape): string {
  switch (shape.kind) {
    case "value":
      return shape.type.name
    case "list":
      return shape.item.kind === "value" ? `list of ${shape.item.type.name}` : "list"
    case "texts":
      return "texts by name"
    case "map":
      return shape.short === undefined ? "map" : "map, or a text"
    case "json":
      return "anything"
    case "cases":
      return "map"
  }
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ")
}
