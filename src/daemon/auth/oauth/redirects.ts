import { alyxError } from "../../../errors.ts"

/** The longest address to return to. */
const redirectLengthMax = 2_000

/**
 * Takes an address to return to after a sign-in: it must be one of `auth.redirects`, or lie below one, by origin and by
 * whole segments of the path. Whatever two programs might read differently is refused.
 */
export function requireAllowedRedirect(written: string | undefined, allowed: readonly string[]): URL {
  if (written === undefined) {
    throw refused("The sign-in needs an address to return to: ?redirect=https://…", allowed)
  }
  const url = written.length <= redirectLengthMax && isPlain(written) ? URL.parse(written) : null
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== "" ||
    url.password !== "" ||
    url.hash !== ""
  ) {
    throw refused("The address to return to must be a plain URL with https:// or http://.", allowed)
  }
  // `%2f` and `%5c` are slashes to some servers, and `..` behind them leads elsewhere.
  const isClear = !/%(?:2f|5c|00)/i.test(url.pathname)
  if (isClear && allowed.some((entry) => isBelow(url, new URL(entry)))) return url
  throw refused("The address to return to is not one of auth.redirects.", allowed)
}

/** No blanks, control characters or backslashes, which parsers of URLs drop or take for slashes. */
function isPlain(text: string): boolean {
  return /^https?:\/\/[^\s\\\p{C}]+$/iu.test(text)
}

function isBelow(url: URL, entry: URL): boolean {
  if (url.origin !== entry.origin) return false
  const base = entry.pathname.replace(/\/+$/, "")
  return url.pathname === entry.pathname || url.pathname === base || url.pathname.startsWith(`${base}/`)
}

function refused(message: string, allowed: readonly string[]): Error {
  const next =
    allowed.length === 0
      ? "List the addresses of your app in auth.redirects of alyx.yaml."
      : "Take one of auth.redirects, or add it there."
  return alyxError("REDIRECT_NOT_ALLOWED", { message, next })
}
