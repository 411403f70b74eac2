import { parsed, wrongType, outOfRange } from "../../project/options/value-type.ts"
import type { ValueType } from "../../project/options/value-type.ts"
import { ruleLengthMax } from "../../schema/limits.ts"

/** A rule in CEL, or true or false without quotes. What it says is judged elsewhere. */
export function ruleText(): ValueType<string> {
  return {
    name: "rule",
    suffix: "",
    parse: (written) => {
      if (typeof written === "boolean") return parsed(String(written))
      if (typeof written !== "string" || written.trim() === "") return wrongType("be a rule in CEL, true or false")
      if (written.length > ruleLengthMax) return outOfRange(`have at most ${ruleLengthMax} characters`)
      return parsed(written.trim())
    },
    toText: (rule) => rule,
    jsonSchema: { type: ["string", "boolean"] },
  }
}
