import { option, section } from "./option.ts"
import { bool, int } from "./plain-types.ts"
import { duration, size } from "./unit-types.ts"

/** Live queries over WebSocket. */
export const realtimeOptions = section("Live queries over WebSocket.", {
  enabled: option(bool(), {
    about: "Serves live queries.",
    default: true,
    reload: "restart",
  }),
  poll_interval: option(duration({ min: "10ms", max: "1m" }), {
    about: "How often writes of other processes are looked for; the daemon's own are seen at once.",
    default: "250ms",
    reload: "live",
  }),
  connections_max: option(int({ min: 1, max: 1_000_000 }), {
    about: "How many sockets may be open at once.",
    default: 10_000,
    reload: "live",
  }),
  connections_per_address_max: option(int({ min: 1, max: 1_000_000 }), {
    about: "How many sockets one address may have open at once.",
    default: 1_000,
    reload: "live",
  }),
  message_limit: option(size({ min: "1kb", max: "1mb" }), {
    about: "The largest message that a client may send.",
    default: "64kb",
    reload: "restart",
  }),
  subscriptions_max: option(int({ min: 1, max: 10_000 }), {
    about: "How many queries one socket may follow.",
    default: 100,
    reload: "live",
  }),
})
