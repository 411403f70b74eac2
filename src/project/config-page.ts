import { foreignVariables } from "./foreign-variables.ts"
import { configOptions, variableName } from "./options.ts"
import { defaultText } from "./options/option.ts"
import type { AnyEntries, Option, OptionMembers } from "./options/option.ts"

const introduction = `# Configuration

<!-- Written by scripts/generate-docs.ts from the declarations in src/project/options/. Change those instead. -->

Every option has a default, so a project needs no \`alyx.yaml\` at all. What is wrong in it is reported all at once, each
problem with its file, line and column.

## Where a value comes from

The first of these that says something wins:

1. a flag on the command line, where the option has one: \`--port 9000\`
2. the environment: \`ALYX_SERVER_PORT=9000\` sets \`server.port\`
3. \`.env.local\`, for what is yours alone
4. \`.env\`
5. \`alyx.yaml\`
6. the default

\`alyx config show --origin\` prints every value and where it came from; secrets are masked.

## Variables

- The variable of an option is \`ALYX_\` and its place in capitals, with \`_\` for each dot. An empty one counts as unset.
- Lists are separated by commas: \`ALYX_SERVER_HOSTS=api.example.com,example.com\`.
- A secret may also come from a file, as container platforms mount them: \`ALYX_AUTH_JWT_SECRET_FILE=/run/secrets/jwt\`.
- \`PORT\`, which many platforms set, means \`server.port\` where \`ALYX_SERVER_PORT\` is not in the environment.
- What has several entries (\`auth.oauth\`, \`webhooks\`) is set in \`alyx.yaml\` only; use \`\${NAME}\` for its secrets.
- A variable that begins with \`ALYX_\` and means nothing gives a notice.

In \`alyx.yaml\`, \`\${NAME}\` puts in a variable from the environment, \`.env.local\` or \`.env\`, and \`\${NAME:-default}\` has a
default for one that is unset or empty. \`$\${\` writes \`\${\` itself. A variable that is set nowhere is an error.

\`\`\`yaml
auth:
  jwt:
    secret: \${JWT_SECRET}
server:
  port: \${PORT:-8090}
\`\`\`

A \`.env\` file holds \`NAME=value\`, one a line, with \`#\` for comments. Values in single quotes are taken as they are; in
double quotes \`\\n\`, \`\\t\`, \`\\"\` and \`\\\\\` are understood. Nothing is put into values of a \`.env\` file.

## Units

Durations are written \`250ms\`, \`30s\`, \`15m\`, \`24h\`, \`7d\` or \`1h30m\`; sizes \`512b\`, \`64kb\`, \`10mb\` or \`1gb\` (1 kb is 1024
bytes); rates \`5/minute\` (second, minute, hour or day).

## Changing an option while it runs

An option marked *live* is taken over at once when a file changes. One marked *restart* makes \`alyx dev\` open its listener
or its database again; \`alyx start\` says that it changed and goes on with the old value until it is restarted.

Options marked *not yet* are read and checked, but this version does not act on them; setting one gives a notice.
`

/** The text of docs/configuration.md. */
export function configPage(): string {
  const sections = Object.entries(configOptions as OptionMembers).flatMap(([key, node]) => {
    if (node.kind === "section") return [`## ${key}\n\n${node.about}\n\n${table(node.members, `${key}.`)}`]
    if (node.kind === "entries") return [`## ${key}\n\n${entriesText(key, node)}`]
    return []
  })
  const single = Object.entries(configOptions as OptionMembers).filter(([, node]) => node.kind === "option")
  const others = `## Other options\n\n${table(Object.fromEntries(single), "")}`
  return `${[introduction.trimEnd(), ...sections, others, foreignText()].join("\n\n")}\n`
}

function table(members: OptionMembers, prefix: string): string {
  const rows: string[] = []
  const after: string[] = []
  for (const [key, node] of Object.entries(members)) {
    const path = prefix + key
    if (node.kind === "option") rows.push(row(path, node))
    else if (node.kind === "section") after.push(`### ${path}\n\n${node.about}\n\n${table(node.members, `${path}.`)}`)
    else after.push(`### ${path}\n\n${entriesText(path, node)}`)
  }
  const head = ["| option | type | default | change | |", "|---|---|---|---|---|"]
  return [...(rows.length === 0 ? [] : [[...head, ...rows].join("\n")]), ...after].join("\n\n")
}

function row(path: string, option: Option<unknown>): string {
  const flag = option.flag === null ? "" : `<br>\`--${option.flag}\``
  const variable = `<br>\`${variableName(path)}\``
  const marks = [option.secret ? "Secret." : "", option.built ? "" : "*Not yet.*"].filter((mark) => mark !== "")
  const about = [cell(option.about), ...aliasText(option), ...marks].join(" ")
  return `| \`${path}\`${variable}${flag} | ${typeText(option)} | ${defaultCell(option)} | ${option.reload} | ${about} |`
}

function entriesText(path: string, node: AnyEntries): string {
  const about = [node.about, `Changes are ${node.reload === "live" ? "live" : "taken over by a restart"}.`]
  if (!node.built) about.push("*Not yet.*")
  const place = node.shape === "list" ? `${path}[]` : `${path}.<name>`
  const rows = Object.entries(node.members).flatMap(([key, member]) => {
    if (member.kind !== "option") return []
    const need = member.required ? "needed" : defaultCell(member)
    return [
      `| \`${place}.${key}\` | ${typeText(member)} | ${need} | ${cell(member.about)}${member.secret ? " Secret." : ""} |`,
    ]
  })
  return `${about.join(" ")}\n\n| option | type | default | |\n|---|---|---|---|\n${rows.join("\n")}`
}

function typeText(option: Option<unknown>): string {
  const range = option.type.range === undefined ? "" : `, ${option.type.range}`
  return cell(option.type.name + range)
}

function defaultCell(option: Option<unknown>): string {
  const written = defaultText(option)
  const shown = written === null ? "none" : `\`${written}\``
  if (option.default === option.startDefault) return shown
  return `${shown}; \`${option.type.toText(option.startDefault)}\` in \`alyx start\``
}

function aliasText(option: Option<unknown>): string[] {
  return option.aliases.map((alias) => `Also written \`${alias}\`.`)
}

function foreignText(): string {
  const rows = Object.entries(foreignVariables).map(([name, about]) => `| \`${name}\` | ${about} |`)
  return `## Variables that are no options\n\n| variable | |\n|---|---|\n${rows.join("\n")}`
}

/** A vertical bar would end the cell. */
function cell(content: string): string {
  return content.replaceAll("|", String.raw`\|`)
}
