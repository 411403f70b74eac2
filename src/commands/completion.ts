import * as Args from "@oclif/core/args"

import { bashCompletion } from "../ui/completion/bash.ts"
import { completionModel } from "../ui/completion/completion-model.ts"
import { fishCompletion } from "../ui/completion/fish.ts"
import { powershellCompletion } from "../ui/completion/powershell.ts"
import { zshCompletion } from "../ui/completion/zsh.ts"
import { BaseCommand } from "./base-command.ts"
import { commandFacts } from "./oclif/command-facts.ts"

const writers = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
}

/** `alyx completion`. */
export default class Completion extends BaseCommand {
  static override summary = "Print a script that completes alyx in your shell."
  static override description = "Print it into a file that your shell reads when it starts, or evaluate it there."
  static override enableJsonFlag = false
  static override examples = [
    { description: "bash, in ~/.bashrc", command: 'eval "$(alyx completion bash)"' },
    { description: "zsh, in ~/.zshrc after compinit", command: 'eval "$(alyx completion zsh)"' },
    { description: "fish", command: "alyx completion fish > ~/.config/fish/completions/alyx.fish" },
    { description: "PowerShell, in $PROFILE", command: "alyx completion powershell | Out-String | Invoke-Expression" },
  ]
  static override args = {
    shell: Args.string({
      description: "Your shell.",
      options: Object.keys(writers),
      required: true,
      ignoreStdin: true,
    }),
  }

  override async run(): Promise<void> {
    const { args } = await this.parse(Completion)
    const model = completionModel(commandFacts(this.config))
    this.print(writers[args.shell as keyof typeof writers](model))
  }
}
