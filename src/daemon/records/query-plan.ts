/** Whether the lines of an EXPLAIN QUERY PLAN say that rows have to be sorted. */
export function sorts(plan: readonly string[]): boolean {
  return plan.some((line) => line.includes("TEMP B-TREE"))
}

/**
 * How many conditions bound what is walked of the table with the alias `d`: two in
 * "SEARCH d USING INDEX posts_n (n>? AND n<?)". All others are judged row by row.
 */
export function constraintCount(plan: readonly string[]): number {
  const found = plan.map((line) => /^SEARCH d .*\((.+)\)$/.exec(line)?.[1]).find((match) => match !== undefined)
  return found === undefined ? 0 : found.split(" AND ").length
}
