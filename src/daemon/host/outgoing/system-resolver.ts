import { lookup } from "node:dns/promises"

import type { ResolveHost } from "../host-parts.ts"

/** Asks the system: the hosts file first, then DNS. */
export const resolveBySystem: ResolveHost = (name) => lookup(name, { all: true })
