import { writeLog } from "../host.ts"
import { inspect } from "./inspect.ts"

/** Tells of an error that nobody catches, as one that a listener throws: a line in the log. */
export function reportError(error: unknown): void {
  writeLog({ level: "error", message: `Uncaught ${inspect(error)}` })
}
