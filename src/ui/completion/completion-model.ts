import type { CommandFacts } from "../help-text.ts"

/** A flag as a shell completes it. */
export interface CompletedFlag {
  /** With its dashes. */
  readonly word: string
  readonly char: string | undefined
  readonly about: string
  /** What may follow it: nothing, one of these words, or (an empty list) anything, such as a file. */
  readonly values: readonly string[] | undefined
}

/** A command as a shell completes it. */
export interface CompletedCommand {
  /** "config show" */
  readonly id: string
  readonly about: string
  readonly flags: readonly CompletedFlag[]
  /** What its first argument may be: one of these words, or (an empty list) a file. Undefined when it takes none. */
  readonly values: readonly string[] | undefined
}

/** What follows a beginning: `alyx`, or a word with commands under it such as `alyx config`. */
export interface CompletedTopic {
  /** "" or "config". */
  readonly beginning: string
  readonly words: readonly { readonly word: string; readonly about: string }[]
}

/** Everything that the scripts of all shells are written from. */
export interface CompletionModel {
  readonly commands: readonly CompletedCommand[]
  readonly topics: readonly CompletedTopic[]
}

/** Makes the model from what the manifest says of the commands. */
export function completionModel(commands: readonly CommandFacts[]): CompletionModel {
  const completed = commands.map(completedCommand)
  const helped = completed.map((command) =>
    command.id === "help" ? { ...command, values: [...new Set(completed.map(({ id }) => firstWord(id)))] } : command,
  )
  return { commands: helped, topics: completedTopics(helped) }
}

function completedCommand(command: CommandFacts): CompletedCommand {
  const [argument] = Object.values(command.args)
  const flags = Object.values(command.flags).filter((flag) => !flag.hidden)
  return {
    id: command.id,
    about: oneLine(command.summary),
    flags: [
      ...flags.map((flag) => ({
        word: `--${flag.name}`,
        char: flag.char,
        about: oneLine(flag.summary ?? flag.description),
        values: flag.type === "option" ? (flag.options ?? []) : undefined,
      })),
      { word: "--help", char: undefined, about: "Explain this command.", values: undefined },
    ],
    values: argument === undefined ? undefined : (argument.options ?? []),
  }
}

function completedTopics(commands: readonly CompletedCommand[]): readonly CompletedTopic[] {
  const topics = new Map<string, Map<string, string>>([["", new Map()]])
  for (const { id, about } of commands) {
    const words = id.split(" ")
    words.forEach((word, depth) => {
      const beginning = words.slice(0, depth).join(" ")
      const under = topics.get(beginning) ?? new Map<string, string>()
      topics.set(beginning, under)
      const isWhole = depth === words.length - 1
      if (isWhole || !under.has(word)) under.set(word, isWhole ? about : `Commands about ${word}.`)
    })
  }
  return [...topics].map(([beginning, words]) => ({
    beginning,
    words: [...words].map(([word, about]) => ({ word, about })),
  }))
}

function firstWord(id: string): string {
  return id.split(" ", 1)[0]!
}

function oneLine(text: string | undefined): string {
  return (text ?? "").replaceAll(/\s+/g, " ").trim()
}
