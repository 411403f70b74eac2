import { isAlyxError } from "../../errors.ts"
import type { Logger } from "../../lib/logger.ts"
import type { TcpAddress } from "./app.ts"

/** How many ports after the wanted one are tried. */
const portCountMax = 20

export interface ListenOptions {
  readonly address: TcpAddress
  /** Whether another port will do when the wanted one is taken: in dev, unless the port was asked for by a flag. */
  readonly mayMove: boolean
  readonly logger: Logger
}

/** Opens the wanted address, or in dev the next free port, and says so. */
export async function listenOn(
  listen: (address: TcpAddress) => Promise<TcpAddress>,
  { address, mayMove, logger }: ListenOptions,
): Promise<TcpAddress> {
  const last = mayMove && address.port !== 0 ? Math.min(address.port + portCountMax, 65_535) : address.port
  for (let port = address.port; ; port += 1) {
    try {
      const opened = await listen({ ...address, port })
      if (port !== address.port) logger.warn(`Port ${address.port} is taken, so this one listens on ${port}.`)
      return opened
    } catch (error) {
      if (port >= last || !isAlyxError(error, "PORT_IN_USE")) throw error
    }
  }
}

/** The address as a person would open it: an address that means "every one" is shown as loopback. */
export function urlOf(address: TcpAddress): string {
  const everywhere: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }
  const host = everywhere[address.host] ?? (address.host.includes(":") ? `[${address.host}]` : address.host)
  return `http://${host}:${address.port}`
}
