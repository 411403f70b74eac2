import { guestLimits } from "../../../functions/guest-abi.ts"
import { isNestedDeeperThan } from "../../../lib/json-syntax.ts"

/** What stands around a value in what a guest says: the header, the failure or the options in it. */
const aroundMax = 4

const levelsMax = guestLimits.nestingMax + aroundMax

/** JSON that is shorter has no room for more brackets. */
const shortBytes = 2 * levelsMax

/** Whether JSON of a guest is nested deeper than it may be: between threads V8 loses what is nested some thousands of levels deep. */
export function isTooDeep(json: Uint8Array): boolean {
  return json.length > shortBytes && isNestedDeeperThan(json, levelsMax)
}

/** Says so, of what was said. */
export function tooDeep(what: string): string {
  return `${what} is nested deeper than ${guestLimits.nestingMax} levels.`
}
