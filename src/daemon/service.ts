/** A part with a lifetime. Made without I/O, started once, stopped once; stop may be called after a failed start. */
export interface Service {
  start(): Promise<void>
  /** Idempotent; waits for what the part began. */
  stop(): Promise<void>
}
