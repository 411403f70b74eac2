/** The parts that a rule may have: each operator, name, literal and call is one. */
export const rulePartCountMax = 1_000

/** How deep the parts of a rule may be nested. */
export const ruleDepthMax = 60

/** The elements of one list or map that is written in a rule. */
export const literalSizeMax = 200

/** How many macros (`exists`, `all`, …) may stand inside of each other. */
export const macroDepthMax = 2

/**
 * The steps of one evaluation: an element that a macro or `in` looks at, a key of a map that is counted or compared, 64
 * characters of a text that is read, compared or joined; a search for a part of more than 16 characters takes three
 * times as many. A rule that needs more ends in an error, which refuses: a large body must not hold up everybody else.
 */
export const evaluationWorkMax = 200_000

/** The longest part of a text that SQL searches for, in bytes of UTF-8; a longer one is an error, which refuses. */
export const searchedPartBytesMax = 1_000

/** Members of a list that become placeholders of their own; a longer list is bound as one JSON text. */
export const placeholderCountMax = 8
