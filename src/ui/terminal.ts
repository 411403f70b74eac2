import { asRunHere } from "./as-run-here.ts"
import type { Paint } from "./paint.ts"
import { paintColours, paintNothing } from "./paint.ts"

/** One of the two streams that a command writes to. */
export interface OutputStream {
  readonly isTerminal: boolean
  /** In characters; 80 when unknown. */
  readonly columns: number
  readonly paint: Paint
  write(text: string): void
}

/** What a command knows of the place that it was started in. */
export interface Terminal {
  /** For data. */
  readonly out: OutputStream
  /** For progress, notices and errors. */
  readonly err: OutputStream
  /** True when a person sits there: questions can be asked and screens drawn. */
  readonly interactive: boolean
  /** Names the commands in a text as they are typed here. */
  readonly asRunHere: (text: string) => string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Looks at the streams and the environment of this process. */
export function describeTerminal(options: {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Environment
  readonly noColor: boolean
}): Terminal {
  const { stdin, stdout, stderr, env, noColor } = options
  const atScreen = isTerminal(stdin) && isTerminal(stdout)
  return {
    out: outputStream(stdout, env, noColor),
    err: outputStream(stderr, env, noColor),
    interactive: atScreen && !isSet(env["CI"]) && env["TERM"] !== "dumb",
    asRunHere: (text) => asRunHere(text, env),
  }
}

function outputStream(stream: NodeJS.WriteStream, env: Environment, noColor: boolean): OutputStream {
  return {
    isTerminal: isTerminal(stream),
    // `script` and some containers report a width of 0.
    get columns() {
      return stream.columns > 0 ? stream.columns : 80
    },
    paint: !noColor && wantsColour(stream, env) ? paintColours : paintNothing,
    write: (text) => void stream.write(text),
  }
}

/** NO_COLOR wins over FORCE_COLOR (no-color.org), both over what the stream is. */
function wantsColour(stream: NodeJS.WriteStream, env: Environment): boolean {
  if (isSet(env["NO_COLOR"])) return false
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "false"
  return isTerminal(stream) && env["TERM"] !== "dumb"
}

/** Node leaves isTTY undefined on a pipe, whatever its types say. */
function isTerminal(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY ?? false
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false"
}
