import { createHash } from "node:crypto"

import type { FastifyReply } from "fastify"

/** Text that is HTML already. Made by the tag `html` alone, so that nothing gets into a page unescaped. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may stand in a template of `html`: texts and numbers are escaped, null and false leave nothing. */
export type MarkupPart = Markup | string | number | null | false | readonly Markup[]

/** A template literal of HTML. Attributes must stand in double quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  const texts = strings.map((text, index) => text + (index < parts.length ? partText(parts[index]!) : ""))
  return new Markup(texts.join(""))
}

/** One page: a heading, and what stands below it. */
export interface Page {
  readonly title: string
  readonly content: Markup
  readonly status?: number
}

const style = `
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0; padding: 12vh 1rem 2rem; font: 1rem/1.5 system-ui, sans-serif; background: #f4f5f7; color: #1b1f24; }
main { max-width: 26rem; margin: 0 auto; padding: 2rem; border: 1px solid #d9dde3; border-radius: 10px; background: #fff; }
h1 { margin: 0 0 1rem; font-size: 1.3rem; line-height: 1.3; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
label { display: block; margin: 0 0 1rem; font-weight: 600; }
input { display: block; width: 100%; margin-top: .3rem; padding: .55rem .7rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid #8a929d; border-radius: 6px; }
form + p { margin-top: 1.5rem; }
button { width: 100%; padding: .6rem; font: inherit; font-weight: 600; color: #fff; background: #1f5fbf; border: 0;
  border-radius: 6px; cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 3px solid #6aa3f5; outline-offset: 1px; }
.note { display: block; font-weight: 400; color: #59626e; }
.problem { padding: .6rem .8rem; border-left: 4px solid #c62f2f; background: #c62f2f18; }
@media (prefers-color-scheme: dark) {
  body { background: #14171a; color: #e8eaed; }
  main { background: #1d2125; border-color: #343a41; }
  .note { color: #a3acb7; }
}
`

/** Only our own style sheet, no script, nothing from elsewhere, in nobody's frame; a form leads back to this server. */
const contentPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ")

/** Answers with a page. Nothing of it is cached, kept for the dashboard, or told to a page that it leads to. */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  // Its forms carry codes that work once.
  delete reply.request.capture
  return reply
    .code(page.status ?? 200)
    .header("content-type", "text/html; charset=utf-8")
    .header("content-security-policy", contentPolicy)
    .header("referrer-policy", "no-referrer")
    .header("cache-control", "no-store")
    .send(pageText(page))
}

/** Not by the tag: the formatter may lay out what that makes, and the policy knows the style to the byte. */
const styleElement = new Markup(`<style>${style}</style>`)

function pageText({ title, content }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html> `.text
}

function partText(part: MarkupPart): string {
  if (part === null || part === false) return ""
  if (part instanceof Markup) return part.text
  if (typeof part === "object") return part.map(({ text }) => text).join("\n")
  return escaped(String(part))
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!)
}
