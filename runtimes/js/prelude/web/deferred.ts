/** A promise and what settles it. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(reason: unknown): void
}

/** Makes one whose rejection need not be handled: the platform marks such promises as handled. */
export function deferred<T>(): Deferred<T> {
  const made = Promise.withResolvers<T>()
  made.promise.catch(() => undefined)
  return made
}
