/**
 * Gives the memory of bytes back at once; whoever looks at them afterwards finds none. Left to the collector, which sees only the
 * small object that holds them, megabytes that were needed for a moment would wait for its next turn.
 */
export function freeBytes({ buffer }: Uint8Array<ArrayBuffer>): void {
  if (!buffer.detached) buffer.transfer(0)
}
