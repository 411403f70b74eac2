import type { CompletedFlag, CompletionModel } from "./completion-model.ts"

/** Writes the completion for zsh: commands and flags with their sentences. */
export function zshCompletion({ commands, topics }: CompletionModel): string {
  const topicCases = topics.map(({ beginning, words }) => {
    const list = words.map(({ word, about }) => `      ${quote(`${word}:${about}`)}`).join("\n")
    return `    ${quote(beginning)})\n      choices=(\n${list}\n      )\n      _describe command choices ;;`
  })
  const commandCases = commands.map(({ id, flags, values }) => {
    const rest = values?.length === 0 ? "'1:file:_files'" : `'1: :(${(values ?? []).join(" ")})'`
    const specs = [...flags.map(flagSpec), ...(values === undefined ? [] : [rest])]
      .map((spec) => `        ${spec}`)
      .join(" \\\n")
    return `    ${quote(id)})\n      _arguments -s \\\n${specs} ;;`
  })
  return `#compdef alyx
# zsh completion for alyx
_alyx() {
  local command= word i
  local -a choices
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    [[ $word == -* ]] && break
    command="\${command:+$command }$word"
    case $command in
      ${commands.map(({ id }) => quote(id)).join("|")})
        # _arguments counts from the word after the command.
        words=("$command" "\${(@)words[i+1,-1]}")
        (( CURRENT -= i - 1 ))
        break ;;
    esac
  done
  case $command in
${[...topicCases, ...commandCases].join("\n")}
  esac
}
if [[ $funcstack[1] == _alyx ]]; then _alyx "$@"; else compdef _alyx alyx; fi
`
}

function flagSpec({ word, char, about, values }: CompletedFlag): string {
  const text = about.replaceAll(/[[\]:]/g, (character) => `\\${character}`)
  const list = values !== undefined && values.length > 0 ? `(${values.join(" ")})` : "_files"
  const value = values === undefined ? "" : `:value:${list}`
  if (char === undefined) return quote(`${word}[${text}]${value}`)
  return `'(-${char} ${word})'{-${char},${word}}${quote(`[${text}]${value}`)}`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
