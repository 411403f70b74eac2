import type { LookupAddress } from "node:dns"
import { isIP } from "node:net"

import { alyxError } from "../../../errors.ts"
import type { FunctionManifest } from "../../../functions/function-manifest.ts"
import type { ResolveHost } from "../host-parts.ts"
import { manifestPlace } from "../privileges.ts"
import { HostPatterns, withoutDot } from "./host-patterns.ts"
import { isPublicAddress } from "./public-address.ts"

const patternsOfManifest = new WeakMap<FunctionManifest, HostPatterns>()

/**
 * Finds the addresses of a host that a function wants to reach, once, and refuses all of them when one of them is not
 * for it. Who connects uses these and looks up no other: a name may lead elsewhere the next time.
 */
export async function checkedAddresses(
  manifest: FunctionManifest,
  url: URL,
  resolve: ResolveHost,
): Promise<readonly LookupAddress[]> {
  const host = hostOf(url)
  const port = portOf(url)
  const patterns = patternsOf(manifest)
  if (!patterns.allowsHost(host, port)) throw hostRefused(manifest, url)
  const addresses = isIP(host) === 0 ? await resolved(host, resolve) : [{ address: host, family: isIP(host) }]
  const refused = addresses.find(
    ({ address }) => !isPublicAddress(address) && !patterns.namesAddress(address, { host, port }),
  )
  if (refused === undefined) return addresses
  throw alyxError("ADDRESS_NOT_ALLOWED", {
    message:
      `${host} is at ${refused.address}, a private address, which functions may not reach. If ${manifest.name} may, ` +
      `name the address in ${manifestPlace(manifest)}: ${entryLine(manifest, `${bracketed(refused.address)}:${port}`)}`,
  })
}

/** Without brackets and without the dot of the root. */
function hostOf(url: URL): string {
  const { hostname } = url
  return hostname.startsWith("[") ? hostname.slice(1, -1) : withoutDot(hostname.toLowerCase())
}

/** The port that a URL leads to. */
export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port)
  return url.protocol === "https:" ? 443 : 80
}

function patternsOf(manifest: FunctionManifest): HostPatterns {
  const known = patternsOfManifest.get(manifest) ?? new HostPatterns(manifest.allowedHosts)
  patternsOfManifest.set(manifest, known)
  return known
}

/** The line to add is in the sentence, since of an error that a function lets through only that is shown. */
function hostRefused(manifest: FunctionManifest, url: URL): Error {
  const port = url.port === "" ? "" : `:${url.port}`
  return alyxError("HOST_NOT_ALLOWED", {
    message:
      `The function ${manifest.name} may not reach ${url.hostname}${port}. ` +
      `Add it in ${manifestPlace(manifest)}: ${entryLine(manifest, `${url.hostname}${port}`)}`,
    details: { host: url.hostname },
  })
}

/** The line of the manifest, with what stands there already. */
function entryLine({ allowedHosts }: FunctionManifest, entry: string): string {
  return `allowed_hosts: [${[...allowedHosts, entry].map((each) => JSON.stringify(each)).join(", ")}]`
}

function bracketed(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address
}

async function resolved(host: string, resolve: ResolveHost): Promise<readonly LookupAddress[]> {
  try {
    const addresses = await resolve(host)
    if (addresses.length > 0) return addresses
  } catch (error) {
    throw alyxError("FETCH_FAILED", {
      message: `There is no host ${host}, or it could not be looked up.`,
      cause: error,
    })
  }
  throw alyxError("FETCH_FAILED", { message: `The host ${host} has no address.` })
}
