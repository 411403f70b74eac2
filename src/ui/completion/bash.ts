import type { CompletionModel } from "./completion-model.ts"

/** Writes the completion for bash 3.2 and later (macOS still ships that one). */
export function bashCompletion({ commands, topics }: CompletionModel): string {
  const wordCases = topics.map(
    ({ beginning, words }) => `    ${quote(beginning)}) words=${quote(words.map(({ word }) => word).join(" "))} ;;`,
  )
  const flagCases = commands.map(({ id, flags, values }) => {
    const all = [...flags.map(({ word }) => word), ...(values ?? [])]
    return `    ${quote(id)}) words=${quote(all.join(" "))} ;;`
  })
  const valueCases = commands.flatMap(({ id, flags }) =>
    flags.flatMap(({ word, char, values }) =>
      values === undefined
        ? []
        : [word, ...(char === undefined ? [] : [`-${char}`])].map(
            (spelling) => `    ${quote(`${id} ${spelling}`)}) values=${quote(values.join(" "))} ;;`,
          ),
    ),
  )
  return `# bash completion for alyx
_alyx() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= words= values=- i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      -*) break ;;
      *) command="\${command:+$command }\${COMP_WORDS[i]}" ;;
    esac
    case $command in
${commands.map(({ id }) => `      ${quote(id)}) break ;;`).join("\n")}
    esac
  done
  case "$command $previous" in
${valueCases.join("\n")}
  esac
  if [[ $values != - ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
    return
  fi
  case $command in
${[...wordCases, ...flagCases].join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _alyx alyx
`
}

/** Names and values are plain words; quoting keeps them so. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
