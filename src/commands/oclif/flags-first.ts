import { alyxError } from "../../errors.ts"

/** The flags of every command that may also stand before it, and whether a value follows. */
const globalFlags: Readonly<Record<string, { readonly hasValue: boolean }>> = {
  "--cwd": { hasValue: true },
  "--json": { hasValue: false },
  "--no-color": { hasValue: false },
}

/** Puts the flags of every command that stand before the command behind it: `alyx --json status` is `alyx status --json`. */
export function flagsBehindCommand(argv: readonly string[]): readonly string[] {
  let count = 0
  for (;;) {
    const word = argv[count] ?? ""
    const flag = globalFlags[word.replace(/=.*/s, "")]
    if (flag === undefined) break
    count += flag.hasValue && !word.includes("=") ? 2 : 1
  }
  const [first, rest] = [argv.slice(0, count), argv.slice(count)]
  if (count === 0) return argv
  if (rest.length === 0) {
    if (first.every((word) => word === "--no-color")) return ["help", ...first]
    throw alyxError("USAGE", {
      message: `alyx ${first.join(" ")} names no command.`,
      next: "alyx help lists the commands.",
    })
  }
  const end = rest.indexOf("--")
  return end === -1 ? [...rest, ...first] : [...rest.slice(0, end), ...first, ...rest.slice(end)]
}
