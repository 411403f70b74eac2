import type { CompletionModel } from "./completion-model.ts"

/** Writes the completion for PowerShell. */
export function powershellCompletion({ commands, topics }: CompletionModel): string {
  const topicEntries = topics.map(
    ({ beginning, words }) =>
      `    ${quote(beginning)} = @(${words.map(({ word, about }) => `@(${quote(word)}, ${quote(about)})`).join(", ")})`,
  )
  const commandEntries = commands.map(({ id, flags, values }) => {
    const all = [
      ...flags.map(({ word, about }) => [word, about] as const),
      ...(values ?? []).map((word) => [word, word] as const),
    ]
    return `    ${quote(id)} = @(${all.map(([word, about]) => `@(${quote(word)}, ${quote(about === "" ? word : about)})`).join(", ")})`
  })
  return `# PowerShell completion for alyx
Register-ArgumentCompleter -Native -CommandName alyx -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $choices = @{
${[...topicEntries, ...commandEntries].join("\n")}
  }
  $typed = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() } |
    Where-Object { $_ -notlike '-*' -and $_ -ne $wordToComplete })
  $command = ''
  for ($count = $typed.Count; $count -gt 0; $count--) {
    $beginning = $typed[0..($count - 1)] -join ' '
    if ($choices.ContainsKey($beginning)) { $command = $beginning; break }
  }
  $choices[$command] | Where-Object { $_[0] -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
  }
}
`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
