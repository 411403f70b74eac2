import type { AlyxError } from "../errors.ts"

/** The details of an error as they are answered, over HTTP and to a function alike: with each single problem, where there are such. */
export function answeredDetails({ details, problems }: AlyxError): Readonly<Record<string, unknown>> | undefined {
  if (problems.length === 0) return details
  return { ...details, problems: problems.map(({ code, message, next, at }) => ({ code, message, next, at })) }
}
