import { domainToASCII, domainToUnicode } from "node:url"

/** RFC 5321: what a mail server takes at most. */
const addressLengthMax = 254
const localPartLengthMax = 64

/** An address as it was written, and as it is compared. */
export interface EmailAddress {
  /** Without the spaces around it, in NFC. Mails go to this one. */
  readonly email: string
  /** In lower case, the domain in ASCII: two spellings with the same key are one account. */
  readonly key: string
}

/** RFC 5322's dot-atom with letters of any script (RFC 6531). Quoted local parts and addresses in brackets are refused. */
const localPartPattern = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
const domainPattern = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** False for numbers, which no top-level domain ends in, and for labels that say they encode other letters and do not. */
function isName(domain: string): boolean {
  if (/(?:^|\.)\d+$/.test(domain)) return false
  return !/(?:^|\.)xn--/.test(domainToUnicode(domain))
}

/** Reads an address; null when it is none. */
export function parseEmailAddress(written: unknown): EmailAddress | null {
  if (typeof written !== "string" || written.length > addressLengthMax * 2) return null
  const email = written.trim().normalize("NFC")
  if (email.length > addressLengthMax || Buffer.byteLength(email) > addressLengthMax) return null
  const at = email.lastIndexOf("@")
  const local = email.slice(0, Math.max(0, at))
  if (local.length > localPartLengthMax || !localPartPattern.test(local)) return null
  const domain = domainToASCII(email.slice(at + 1)).toLowerCase()
  if (!domainPattern.test(domain) || !isName(domain)) return null
  return { email, key: `${local.toLowerCase().normalize("NFC")}@${domain}` }
}
