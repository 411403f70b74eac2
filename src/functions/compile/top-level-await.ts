import { compileFunction } from "node:vm"

/** Whether a bundle awaits outside of functions, so that it must run inside an asynchronous one. The code is only parsed. */
export function isAsyncSource(body: string): boolean {
  if (!/\bawait\b/.test(body)) return false
  try {
    compileFunction(body)
    return false
  } catch {
    // Whatever else may be wrong with it is shown when it is evaluated.
    return true
  }
}
