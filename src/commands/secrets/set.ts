import path from "node:path"

import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import { alyxError } from "../../errors.ts"
import { readText } from "../../project/read-text.ts"
import { readHidden, withoutLineEnd } from "../../ui/read-hidden.ts"
import { DataCommand } from "../data-command.ts"

/** What is longer is a file that was meant for somebody else. */
const valueBytesMax = 64 * 1024

/** `alyx secrets set`. */
export default class SecretsSet extends DataCommand {
  static override summary = "Set a secret that functions may read."
  static override description =
    "Asks for the value at the terminal, where it is not shown, or takes it from stdin or a file, without the end of its last line. It is encrypted with a key that is not in the database, and no command shows it again. A function reads those that its manifest names: secrets: [STRIPE_KEY] makes ctx.secrets.STRIPE_KEY. A value of 8 characters and more is hidden in logs."
  static override examples = [
    "alyx secrets set STRIPE_KEY",
    "alyx secrets set STRIPE_KEY --stdin < key.txt",
    "alyx secrets set SIGNING_KEY --from-file signing.pem",
  ]
  static override args = {
    name: Args.string({
      description: "Its name: letters, digits and _.",
      required: true,
      ignoreStdin: true,
    }),
  }
  static override flags = {
    stdin: Flags.boolean({ default: false, exclusive: ["from-file"], summary: "Take the value from stdin." }),
    "from-file": Flags.string({ helpValue: "<file>", summary: "Take the value from a file." }),
  }

  override async run(): Promise<{ readonly name: string } | undefined> {
    const { args, flags } = await this.parse(SecretsSet)
    const { name } = args
    this.project()
    const file = flags["from-file"]
    const value = file === undefined ? await this.#ask(name, flags.stdin) : this.#readFile(file)
    if (value === undefined) {
      process.exitCode = 130
      return undefined
    }
    await this.withDaemon((client) => client.put(`/api/admin/secrets/${encodeURIComponent(name)}`, { value }))
    this.print(`${name} is set.`)
    return { name }
  }

  #ask(name: string, fromStdin: boolean): Promise<string | undefined> {
    const question = {
      noun: "value",
      message: `Value of ${name}`,
      asksTwice: false,
      fromStdin,
      stdin: process.stdin,
      bytesMax: valueBytesMax,
      next: `Give it on stdin, alyx secrets set ${name} --stdin < value.txt, or with --from-file <file>.`,
    }
    return readHidden(question, { ...this.terminal, isJson: this.jsonEnabled() })
  }

  #readFile(file: string): string {
    const read = readText({ path: path.resolve(this.startFolder, file), name: file, bytesMax: valueBytesMax })
    if (read.kind === "missing") throw alyxError("USAGE", { message: `There is no file ${file}.` })
    if (read.kind === "unreadable") throw alyxError("FILE_UNREADABLE", read.problem)
    const value = withoutLineEnd(read.text)
    if (value === "") throw alyxError("USAGE", { message: `The file ${file} is empty.` })
    return value
  }
}
