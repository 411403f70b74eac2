/**
 * Addresses that parsing would not change: a name or 127.0.0.1, a port of four digits, which is no scheme's own, and a path and
 * a query of characters that stand for themselves, without segments of dots.
 */
export const plainAddress =
  /^https?:\/\/(?:127\.0\.0\.1|(?:[a-z][a-z0-9]*\.)*[a-z][a-z0-9]*)(?::[1-9][0-9]{3})?\/(?:[\w~!$&()*+,;=:@-][\w~!$&()*+,;=:@.-]*(?:\/(?![./])|\/$|(?=\?|$)))*(?:\?[\w~!$&()*+,;=:@./?%-]*)?$/
