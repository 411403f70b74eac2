import type { AlyxError } from "../errors.ts"
import { alyxError } from "../errors.ts"
import { DataCommand } from "./data-command.ts"

/** What every subcommand understands, as the parser of the topic read it. */
export interface SharedFlags {
  readonly cwd?: string | undefined
  readonly "no-daemon"?: boolean | undefined
  readonly "no-color"?: boolean | undefined
}

/** A topic that is a command too, like `alyx db`: with a flag, it is the subcommand of that flag's name. */
export abstract class TopicCommand extends DataCommand {
  #isHandedOn = false

  /** The one flag of these that was given; undefined when none was, an error when two were. */
  protected askedOf<const Name extends string>(
    names: readonly Name[],
    flags: { readonly [Key in Name]?: unknown },
  ): Name | undefined {
    const [asked, other] = names.filter((name) => flags[name] !== undefined && flags[name] !== false)
    if (other !== undefined) throw this.usage(`--${asked} and --${other} are two things to do.`)
    return asked
  }

  /** Runs a subcommand with these words and with what every command understands. */
  protected async handOn(subcommand: string, words: readonly string[], shared: SharedFlags): Promise<void> {
    this.#isHandedOn = true
    await this.config.runCommand(`${this.id}:${subcommand}`, [
      ...words,
      ...(shared.cwd === undefined ? [] : ["--cwd", shared.cwd]),
      ...(shared["no-daemon"] ? ["--no-daemon"] : []),
      ...(shared["no-color"] ? ["--no-color"] : []),
      ...(this.jsonEnabled() ? ["--json"] : []),
    ])
  }

  /** What is wrong with the words of the topic itself. */
  protected usage(message: string, next = `alyx ${this.id} --help shows what it takes.`): AlyxError {
    return alyxError("USAGE", { message, next })
  }

  /** The subcommand has written its result by itself. */
  override logJson(json: unknown): void {
    if (!this.#isHandedOn) super.logJson(json)
  }
}
