import { addressBlock, host, origin, url } from "./address-types.ts"
import { option, section } from "./option.ts"
import { bool, int, list } from "./plain-types.ts"
import { duration, rate, size } from "./unit-types.ts"

/** How the HTTP server listens, and what it lets in. */
export const serverOptions = section("How the HTTP server listens, and what it lets in.", {
  host: option(host(), {
    about: "The address to listen on; 0.0.0.0 is every IPv4 address of the machine.",
    default: "127.0.0.1",
    reload: "restart",
    flag: "host",
  }),
  port: option(int({ min: 0, max: 65_535 }), {
    about: "The port to listen on; 0 takes any free one. The variable PORT is understood too, below ALYX_SERVER_PORT.",
    default: 8090,
    reload: "restart",
    flag: "port",
  }),
  public_url: option(url(["https", "http"]), {
    about: "The address that others reach this server by; links in mails and sign-ins through providers lead there.",
    default: null,
    reload: "live",
  }),
  rate_limit: section("How much one caller may ask, whatever it is.", {
    address: option(rate(), {
      about: "Requests of one address.",
      default: null,
      startDefault: "6000/minute",
      reload: "live",
    }),
    key: option(rate(), {
      about: "Requests of one API key.",
      default: null,
      startDefault: "6000/minute",
      reload: "live",
    }),
  }),
  hosts: option(list(host()), {
    about: "Names that a request's Host header may carry besides loopback and the address listened on.",
    default: [],
    reload: "live",
  }),
  trusted_proxies: option(list(addressBlock()), {
    about: "Addresses of proxies whose X-Forwarded-For is believed; it decides the caller's address.",
    default: [],
    reload: "live",
  }),
  cors: section("Which web pages may call the API from a browser.", {
    origins: option(list(origin()), {
      about: "Origins that may call the API; in dev every loopback origin may as well.",
      default: [],
      reload: "live",
    }),
  }),
  body_limit: option(size({ min: "1kb", max: "64mb" }), {
    // A batch of 500 documents of 4 KB fits; parsing it holds the event loop for about 10 ms, and 64 MB for a third of
    // a second.
    about: "The largest request body; 2mb takes a batch of 500 documents of 4 KB.",
    default: "2mb",
    reload: "live",
  }),
  url_limit: option(size({ min: "1kb", max: "64kb" }), {
    about: "The longest URL, query included; most proxies stop at 8 KB as well.",
    default: "8kb",
    reload: "restart",
  }),
  request_timeout: option(duration({ min: "1s", max: "1h" }), {
    about: "How long a request may take to arrive, head and body.",
    default: "30s",
    reload: "restart",
  }),
  keep_alive_timeout: option(duration({ min: "1s", max: "1h" }), {
    about:
      "How long an idle connection stays open; longer than the 60 s of common load balancers, so that they close first.",
    default: "72s",
    reload: "restart",
  }),
  max_connections: option(int({ min: 1, max: 1_000_000 }), {
    about: "How many connections may be open at once; more are refused.",
    default: 10_000,
    reload: "restart",
  }),
  drain_timeout: option(duration({ min: "0s", max: "10m" }), {
    about: "How long running requests may go on after a stop signal; under the 10 s after which Docker kills.",
    default: "8s",
    reload: "live",
  }),
  slow_request: option(duration({ min: "0s", max: "1h" }), {
    about: "Requests that took longer are logged; 0s logs every request.",
    default: "1s",
    reload: "live",
  }),
  insecure_open: option(bool(), {
    about: "Everyone acts as an admin: for trying things out, on loopback only. Access rules decide nothing then.",
    default: false,
    reload: "restart",
    flag: "insecure-open",
  }),
  compression: option(bool(), {
    about: "Compresses answers with gzip where it pays.",
    default: true,
    reload: "live",
  }),
})
