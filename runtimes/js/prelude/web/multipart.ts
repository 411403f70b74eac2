import { File, blobBytes } from "./blob.ts"
import { joinBytes } from "./bytes-of.ts"
import { FormData } from "./form-data.ts"
import { decodeText, encodeText } from "./utf8.ts"
import { decodeLatin1 } from "./windows-1252.ts"

/** Parts of one body that are read; more is an error. */
const partsMax = 10_000

/** A form as `multipart/form-data`, with its boundary. */
export function encodeMultipart(form: FormData): { readonly bytes: Uint8Array; readonly boundary: string } {
  const boundary = `----formdata-alyx-${Math.random().toString(36).slice(2).padEnd(11, "0")}${Math.random().toString(36).slice(2)}`
  const pieces: Uint8Array[] = []
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(crlf(name))}"`
    if (typeof value === "string") pieces.push(encodeText(`${head}\r\n\r\n${crlf(value)}\r\n`))
    else {
      const type = value.type === "" ? "application/octet-stream" : value.type
      pieces.push(encodeText(`${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`))
      pieces.push(blobBytes(value), encodeText("\r\n"))
    }
  }
  pieces.push(encodeText(`--${boundary}--\r\n`))
  return { bytes: joinBytes(pieces), boundary }
}

function crlf(text: string): string {
  return text.replace(/\r\n|\r|\n/g, "\r\n")
}

function escapeName(name: string): string {
  return name.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22")
}

/** Reads `multipart/form-data`; throws a TypeError that says what is wrong. */
export function decodeMultipart(bytes: Uint8Array, boundary: string): FormData {
  // Every character is a byte here, so that positions in the text are positions in the bytes.
  const text = decodeLatin1(bytes)
  const form = new FormData()
  const dashed = `--${boundary}`
  let at = text.startsWith(dashed) ? 0 : text.indexOf(`\r\n${dashed}`) + 2
  if (at === 1) throw new TypeError(`The body has no part that begins with the boundary "${boundary}".`)
  for (let count = 0; ; count++) {
    at += dashed.length
    if (text.startsWith("--", at)) return form
    if (count === partsMax) throw new TypeError(`A form has at most ${partsMax} fields.`)
    const headStart = text.indexOf("\r\n", at)
    const headEnd = text.indexOf("\r\n\r\n", headStart)
    const end = headEnd === -1 ? -1 : text.indexOf(`\r\n${dashed}`, headEnd + 2)
    if (headStart === -1 || end === -1) throw new TypeError("The body ends in the middle of a part.")
    const head = decodeText(bytes.subarray(headStart + 2, headEnd))
    appendPart(form, head, bytes.slice(Math.min(headEnd + 4, end), end))
    at = end + 2
  }
}

function appendPart(form: FormData, head: string, content: Uint8Array): void {
  const disposition = headerIn(head, "content-disposition") ?? ""
  const name = parameterIn(disposition, "name")
  if (!/^form-data\s*(;|$)/i.test(disposition) || name === null)
    throw new TypeError("A part of the form has no Content-Disposition: form-data with a name.")
  const fileName = parameterIn(disposition, "filename")
  if (fileName === null) form.append(name, decodeText(content))
  else form.append(name, new File([content], fileName, { type: headerIn(head, "content-type") ?? "text/plain" }))
}

function headerIn(head: string, name: string): string | null {
  for (const line of head.split("\r\n")) {
    const colon = line.indexOf(":")
    if (colon !== -1 && line.slice(0, colon).trim().toLowerCase() === name) return line.slice(colon + 1).trim()
  }
  return null
}

function parameterIn(value: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\s]*))`, "i").exec(value)
  const text = found?.[1] ?? found?.[2]
  return text === undefined
    ? null
    : text.replace(/%(0A|0D|22)/gi, (escape) => String.fromCharCode(Number.parseInt(escape.slice(1), 16)))
}
