/** What one socket, and all of them, may take of the daemon. Tests make them smaller. */
export interface SocketLimits {
  /** Bytes that a client may leave untaken before its subscriptions wait: they get a fresh snapshot when it is back. */
  readonly softBytes: number
  /** What may still be added on top of that, such as errors; then the socket is cut off. */
  readonly hardBytes: number
  /** What all clients that are behind may leave untaken; beyond it the one that has been behind longest is cut off. */
  readonly behindBytesMax: number
  /** A client that takes nothing for so long is cut off. Node looks twice, so it may last twice as long. */
  readonly stuckMs: number
  /** How often every client is pinged; one that did not answer the last ping is cut off. */
  readonly pingMs: number
  /** Messages that a client may send in a second, and how many at once after a rest; more are refused. */
  readonly messagesPerSecond: number
  readonly messagesAtOnce: number
  /** A client that is so many messages over that is cut off. */
  readonly messagesOverMax: number
  /** Messages that wait for the one in work; then nothing more is read from the client. */
  readonly waitingMax: number
  /** How often identities are looked at again without a nudge. */
  readonly recheckMs: number
  /** After a nudge so long is waited for further ones. */
  readonly nudgeMs: number
  /** How long clients have to say goodbye when the daemon stops. */
  readonly goodbyeMs: number
}

export const socketLimits: SocketLimits = Object.freeze({
  softBytes: 128 * 1024,
  hardBytes: 2 * 1024 * 1024,
  behindBytesMax: 256 * 1024 * 1024,
  stuckMs: 15_000,
  pingMs: 30_000,
  messagesPerSecond: 100,
  messagesAtOnce: 200,
  messagesOverMax: 1_000,
  waitingMax: 32,
  recheckMs: 5_000,
  nudgeMs: 100,
  goodbyeMs: 1_000,
})
