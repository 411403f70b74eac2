import type { Paint } from "./paint.ts"
import { wrapText } from "./wrap-text.ts"

/** What the manifest says of a flag; the part that help shows. */
export interface FlagFacts {
  readonly name: string
  readonly char?: string
  readonly type: "boolean" | "option"
  readonly allowNo?: boolean
  readonly helpValue?: string | readonly string[]
  readonly helpGroup?: string
  readonly options?: readonly string[]
  readonly default?: string | number | boolean
  readonly env?: string
  readonly hidden?: boolean
  readonly required?: boolean
  readonly summary?: string
  readonly description?: string
}

export interface ArgumentFacts {
  readonly name: string
  readonly required?: boolean
  readonly description?: string
  readonly options?: readonly string[]
  readonly hidden?: boolean
}

/** What the manifest says of a command; its id is the words that a person types. */
export interface CommandFacts {
  readonly id: string
  readonly summary?: string
  readonly description?: string
  readonly examples?: readonly (string | { readonly command: string; readonly description: string })[]
  readonly args: Readonly<Record<string, ArgumentFacts>>
  readonly flags: Readonly<Record<string, FlagFacts>>
}

interface Look {
  readonly paint: Paint
  readonly columns: number
}

/** `alyx` and `alyx help`. */
export function renderRootHelp(
  root: { readonly description: string; readonly version: string; readonly commands: readonly CommandFacts[] },
  look: Look,
): string {
  return sections([
    `${look.paint("strong", `Alyx ${root.version}`)}\n${wrapText(root.description, { columns: look.columns, indent: 0 })}`,
    section("Usage", "  alyx <command> [flags]", look),
    section("Commands", commandRows(root.commands, look), look),
    `alyx <command> --help tells more about one of them.`,
  ])
}

/** `alyx config`: what stands under one word. */
export function renderTopicHelp(
  topic: { readonly topic: string; readonly description: string; readonly commands: readonly CommandFacts[] },
  look: Look,
): string {
  return sections([
    topic.description,
    section("Usage", `  alyx ${topic.topic} <command> [flags]`, look),
    section("Commands", commandRows(topic.commands, look), look),
  ])
}

/** `alyx dev --help`; `under` are the commands that begin with the words of this one, as `migrate apply` does. */
export function renderCommandHelp(command: CommandFacts, look: Look, under: readonly CommandFacts[] = []): string {
  const args = Object.values(command.args).filter((argument) => !argument.hidden)
  const flags = Object.values(command.flags).filter((flag) => !flag.hidden)
  const own = flags.filter((flag) => flag.helpGroup !== "GLOBAL")
  const shared = flags.filter((flag) => flag.helpGroup === "GLOBAL")
  const words = args.map((argument) => (argument.required ? `<${argument.name}>` : `[${argument.name}]`))
  const argumentRows = args.map((argument): Row => [argument.name, withChoices(argument.description, argument.options)])
  return sections([
    command.summary ?? "",
    section("Usage", `  ${["alyx", command.id, ...words, "[flags]"].join(" ")}`, look),
    section("Commands", commandRows(under, look), look),
    section("Arguments", rows(argumentRows, look), look),
    section("Flags", rows(own.map(flagRow), look), look),
    section("Flags of every command", rows(shared.map(flagRow), look), look),
    wrapText(command.description ?? "", { columns: look.columns, indent: 0 }),
    section("Examples", (command.examples ?? []).map((example) => exampleText(example, look)).join("\n"), look),
  ])
}

type Row = readonly [name: string, text: string]

function commandRows(commands: readonly CommandFacts[], look: Look): string {
  return rows(
    commands.map((command): Row => [command.id, command.summary ?? ""]),
    look,
  )
}

function flagRow(flag: FlagFacts): Row {
  const char = flag.char === undefined ? "    " : `-${flag.char}, `
  const name = flag.allowNo ? `[no-]${flag.name}` : flag.name
  const value = typeof flag.helpValue === "string" ? flag.helpValue : "<value>"
  const facts = [
    ...(flag.default === undefined || flag.type === "boolean" ? [] : [`default ${flag.default}`]),
    ...(flag.env === undefined ? [] : [`or ${flag.env}`]),
    ...(flag.required ? ["required"] : []),
  ]
  const text = withChoices(flag.summary ?? flag.description, flag.options)
  return [
    `${char}--${name}${flag.type === "option" ? ` ${value}` : ""}`,
    facts.length === 0 ? text : `${text} (${facts.join("; ")})`,
  ]
}

function withChoices(text: string | undefined, options: readonly string[] | undefined): string {
  return options === undefined ? (text ?? "") : `${text ?? ""} One of ${options.join(", ")}.`.trim()
}

function exampleText(example: NonNullable<CommandFacts["examples"]>[number], look: Look): string {
  if (typeof example === "string") return `  ${look.paint("quiet", "$")} ${example}`
  return `  ${look.paint("quiet", `# ${example.description}`)}\n  ${look.paint("quiet", "$")} ${example.command}`
}

function rows(list: readonly Row[], look: Look): string {
  const width = Math.min(32, Math.max(0, ...list.map(([name]) => name.length)))
  return list
    .map(([name, text]) => {
      const body = wrapText(text, { columns: look.columns, indent: width + 4 }).trimStart()
      const gap = name.length > width ? `\n${" ".repeat(width + 4)}` : " ".repeat(width - name.length + 2)
      return `  ${look.paint("name", name)}${body === "" ? "" : gap + body}`
    })
    .join("\n")
}

function section(title: string, body: string, look: Look): string {
  return body === "" ? "" : `${look.paint("strong", title)}\n${body}`
}

function sections(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`
}
