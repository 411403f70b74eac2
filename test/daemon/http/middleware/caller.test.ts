import { expect, test } from "vitest"

import { clientAddress, trustedProxies } from "../../../../src/daemon/http/middleware/caller.ts"

const proxies = ["10.0.0.1", "192.168.0.0/16", "2001:db8::/32"]

test.each([
  ["nobody is trusted: the peer it is", [], "203.0.113.9", "1.2.3.4", "203.0.113.9"],
  ["an untrusted peer may claim what it likes", proxies, "203.0.113.9", "1.2.3.4", "203.0.113.9"],
  ["a trusted peer says who asked it", proxies, "10.0.0.1", "203.0.113.7", "203.0.113.7"],
  [
    "the rightmost untrusted hop counts, what is left of it is the client's own claim",
    proxies,
    "10.0.0.1",
    "6.6.6.6, 203.0.113.7, 192.168.3.4",
    "203.0.113.7",
  ],
  ["a chain of trusted proxies ends at its first", proxies, "10.0.0.1", "192.168.1.1, 192.168.1.2", "192.168.1.1"],
  ["without the header the proxy itself asks", proxies, "10.0.0.1", undefined, "10.0.0.1"],
  ["words that are no address are not believed", proxies, "10.0.0.1", "unknown", "10.0.0.1"],
  ["nor is what stands left of them", proxies, "10.0.0.1", "1.2.3.4, garbage, 192.168.0.9", "192.168.0.9"],
  ["an empty header says nothing", proxies, "10.0.0.1", "", "10.0.0.1"],
  ["IPv6 blocks work", proxies, "2001:db8::5", "2001:4860::8", "2001:4860::8"],
  ["IPv4 in IPv6 clothes is IPv4", proxies, "10.0.0.1", "::ffff:203.0.113.7, ::ffff:10.0.0.1", "203.0.113.7"],
])("%s", (_name, trusted, peer, forwarded, client) => {
  expect(clientAddress(peer, forwarded, trustedProxies(trusted))).toBe(client)
})
