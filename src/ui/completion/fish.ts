import type { CompletionModel } from "./completion-model.ts"

/** Writes the completion for fish. */
export function fishCompletion({ commands, topics }: CompletionModel): string {
  const topicLines = topics.flatMap(({ beginning, words }) =>
    words.map(
      ({ word, about }) =>
        `complete -c alyx -f -n ${quote(`__alyx_at ${quote(beginning)}`)} -a ${quote(word)} -d ${quote(about)}`,
    ),
  )
  const commandLines = commands.flatMap(({ id, flags, values }) => {
    const within = `-n ${quote(`__alyx_in ${quote(id)}`)}`
    return [
      ...flags.map((flag) => {
        const char = flag.char === undefined ? "" : ` -s ${flag.char}`
        const value =
          flag.values === undefined ? "" : flag.values.length > 0 ? ` -x -a ${quote(flag.values.join(" "))}` : " -r"
        return `complete -c alyx ${within} -l ${flag.word.slice(2)}${char}${value} -d ${quote(flag.about)}`
      }),
      // Without this fish offers files, which is right for an argument that may be anything.
      ...(values?.length === 0 ? [] : [`complete -c alyx ${within} -f -a ${quote((values ?? []).join(" "))}`]),
    ]
  })
  return `# fish completion for alyx
function __alyx_words
    set -l words (commandline -opc)
    set -e words[1]
    string join ' ' -- (string match -v -- '-*' $words)
end
function __alyx_at
    test (__alyx_words | string collect -a) = "$argv[1]"
end
function __alyx_in
    set -l words (__alyx_words | string collect -a)
    test "$words" = "$argv[1]"; or string match -q -- "$argv[1] *" $words
end
${[...topicLines, ...commandLines].join("\n")}
`
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`
}
