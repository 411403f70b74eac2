import { alyxError } from "../../../errors.ts"
import type { FetchedHead } from "../../../functions/guest-abi.ts"
import { Slots } from "../../../lib/slots.ts"
import type { HostAnswer } from "../../functions/host-api.ts"
import type { Invocation } from "../../functions/invocation.ts"
import type { ChainTransactions } from "../chain-transactions.ts"
import type { HostParts } from "../host-parts.ts"
import { checkedAddresses } from "./checked-addresses.ts"
import { readFetch } from "./read-fetch.ts"
import type { AskedFetch, FetchRequest } from "./read-fetch.ts"
import { nextHop } from "./redirects.ts"
import { sendRequest } from "./send-request.ts"
import type { OneAnswer } from "./send-request.ts"

/** Requests under way at a time, of one call and of all; the others wait for their turn. */
const perCallMax = 16
const inAllMax = 128

/** Redirects that one request follows. */
const redirectCountMax = 5

/** What OutgoingRequests needs. */
export interface OutgoingParts extends Pick<HostParts, "dispatch" | "resolve"> {
  readonly transactions: ChainTransactions
  /** Where the server itself is. */
  readonly ownUrl: () => string
}

/** The requests of functions: outside to the hosts that their manifests name, and to the server itself without a socket. */
export class OutgoingRequests {
  readonly #parts: OutgoingParts
  readonly #all = new Slots(inAllMax)
  readonly #byCall = new WeakMap<Invocation, Slots>()
  readonly #stopping = new AbortController()

  constructor(parts: OutgoingParts) {
    this.#parts = parts
  }

  /** Ends what is under way. */
  stop(): void {
    this.#stopping.abort()
  }

  async fetch(invocation: Invocation, asked: AskedFetch): Promise<HostAnswer> {
    const request = readFetch(asked)
    const ending = new AbortController()
    const end = (): void => ending.abort()
    const timer = setTimeout(end, Math.max(0, invocation.deadlineMs - performance.now()))
    const sources = [invocation.ended, asked.signal, this.#stopping.signal]
    for (const source of sources) source.addEventListener("abort", end, { once: true })
    if (sources.some(({ aborted }) => aborted)) end()
    try {
      return await this.#slotsOf(invocation).run(() => this.#follow(invocation, request, ending.signal), ending.signal)
    } catch (error) {
      if (error === ending.signal.reason) throw alyxError("ABORTED")
      throw error
    } finally {
      clearTimeout(timer)
      for (const source of sources) source.removeEventListener("abort", end)
    }
  }

  #slotsOf(invocation: Invocation): Slots {
    const slots = this.#byCall.get(invocation) ?? new Slots(perCallMax)
    this.#byCall.set(invocation, slots)
    return slots
  }

  /** Every redirect begins anew: with the manifest, the addresses, and the question whether it is the server itself. */
  async #follow(invocation: Invocation, first: FetchRequest, signal: AbortSignal): Promise<HostAnswer> {
    let request = first
    let isOwn = this.#isOwn(first.url)
    for (let count = 0; ; count += 1) {
      // oxlint-disable-next-line no-await-in-loop -- where it goes on is known only from the answer
      const answer = await this.#send(invocation, request, { isOwn, signal })
      const next = nextHop(request, answer)
      if (next === null) return answered(answer, { url: request.url, redirected: count > 0 })
      if (count === redirectCountMax) {
        const message = `The request to ${first.url.origin} was redirected more than ${redirectCountMax} times.`
        throw alyxError("FETCH_FAILED", { message })
      }
      // Only the function itself, and the server, lead into the server: an address outside must not.
      isOwn &&= this.#isOwn(next.url)
      request = next
    }
  }

  async #send(
    invocation: Invocation,
    request: FetchRequest,
    { isOwn, signal }: { readonly isOwn: boolean; readonly signal: AbortSignal },
  ): Promise<OneAnswer> {
    const { transactions, resolve } = this.#parts
    if (isOwn) return this.#dispatch(invocation, request, signal)
    transactions.requireNone(invocation, "A request to another host")
    return this.#all.run(async () => {
      const addresses = await untilAborted(checkedAddresses(invocation.manifest, request.url, resolve), signal)
      return sendRequest({ ...request, signal }, addresses)
    }, signal)
  }

  async #dispatch(invocation: Invocation, request: FetchRequest, signal: AbortSignal): Promise<OneAnswer> {
    const { url, method, headers, body } = request
    // As the call itself the router refuses it, with an answer. By another token it would wait for this very transaction.
    const isOther = headers.some(([name, value]) => name === "authorization" && !value.includes(invocation.token))
    if (isOther && method !== "GET" && method !== "HEAD") this.#parts.transactions.requireNone(invocation)
    const sent = { method, url: url.pathname + url.search, headers, body, signal }
    const answer = await this.#parts.dispatch(sent, { caller: invocation.caller, invocation })
    return { ...answer, statusText: "" }
  }

  #isOwn({ origin }: URL): boolean {
    return origin === new URL(this.#parts.ownUrl()).origin
  }
}

function answered(
  { status, statusText, headers, body }: OneAnswer,
  { url, redirected }: { readonly url: URL; readonly redirected: boolean },
): HostAnswer {
  return { value: { status, statusText, headers, url: url.href, redirected } satisfies FetchedHead, body }
}

/** A lookup cannot be ended, but nobody has to wait for it. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const leave = (): void => reject(signal.reason as Error)
  signal.addEventListener("abort", leave, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener("abort", leave)
  }
}
