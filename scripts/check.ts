import { runChecks } from "./checks.ts"
import { launcher } from "./launcher.ts"

launcher.leaveWithLauncher()
const failed = (await runChecks()).filter((check) => !check.passed).map((check) => check.name)
process.stderr.write(failed.length === 0 ? "All checks passed.\n" : `Failed: ${failed.join(", ")}.\n`)
process.exitCode = failed.length === 0 ? 0 : 1
