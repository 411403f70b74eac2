import { percentEncode } from "./url-percent.ts"
import { type UrlRecord, isSpecial } from "./url-record.ts"

/** `C:` or `C|`. */
export function isDriveLetter(text: string): boolean {
  return /^[a-zA-Z][:|]$/.test(text)
}

/** A drive letter that is followed by an end of its own. */
export function startsWithDriveLetter(text: string): boolean {
  return /^[a-zA-Z][:|](?:[/\\?#]|$)/.test(text)
}

/** Takes the last segment away, but never a drive. */
export function shortenPath(url: UrlRecord): void {
  const path = url.path as string[]
  if (url.scheme === "file" && path.length === 1 && /^[a-zA-Z]:$/.test(path[0] ?? "")) return
  path.pop()
}

/** Adds the segments of a path; `.` and `..` are followed. */
export function appendPath(url: UrlRecord, text: string): void {
  const segments = text.split(isSpecial(url) ? /[/\\]/ : "/")
  const path = url.path as string[]
  for (const [at, segment] of segments.entries()) {
    const isLast = at === segments.length - 1
    const plain = segment.replace(/%2e/gi, ".")
    if (plain === "..") shortenPath(url)
    if (plain === ".." || plain === ".") {
      if (isLast) path.push("")
      continue
    }
    const isDrive = url.scheme === "file" && path.length === 0 && isDriveLetter(segment)
    path.push(isDrive ? `${segment[0]}:` : percentEncode(segment, "path"))
  }
}
