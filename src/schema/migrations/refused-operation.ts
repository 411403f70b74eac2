import type { Problem } from "../../errors.ts"
import type { SchemaProblemCode } from "../problem-list.ts"
import type { MigrationProblemCode } from "./problem-codes.ts"

/** Ends the work on an operation that cannot be done; applyOperation turns it into its answer. */
export class RefusedOperation extends Error {
  override readonly name = "RefusedOperation"
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

/** Makes the refusal of an operation: what is wrong, and what to do instead. */
export function refuseOperation(
  code: SchemaProblemCode | MigrationProblemCode,
  message: string,
  next?: string,
): RefusedOperation {
  return new RefusedOperation({ code, message, ...(next === undefined || next === "" ? {} : { next }) })
}
