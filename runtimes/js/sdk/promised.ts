/** What is thrown while something is asked becomes a rejection, without the turns that an async function takes. */
export function promised<Value>(ask: () => Promise<Value>): Promise<Value> {
  try {
    return ask()
  } catch (error) {
    return Promise.reject(error)
  }
}
