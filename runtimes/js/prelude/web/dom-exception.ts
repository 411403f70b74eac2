/** The engine's own DOMException. */
export interface DOMException extends Error {
  readonly code: number
}

interface DOMExceptionConstructor {
  new (message?: string, name?: string): DOMException
  readonly prototype: DOMException
}

/** The engine's own class: an Error with the names and codes of the platform. */
export const DOMException = (globalThis as unknown as { DOMException: DOMExceptionConstructor }).DOMException
