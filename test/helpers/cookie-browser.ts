/** A browser without a screen: it keeps cookies by host and port, and goes where it is sent. */
export class CookieBrowser {
  readonly #jars = new Map<string, Map<string, string>>()
  /** The addresses that it went through, last one last. */
  readonly visited: string[] = []

  /** Opens an address and follows redirects until one leads to the app, or an answer is none. */
  async open(
    address: string,
    app: string,
  ): Promise<{ readonly url: URL; readonly status: number; readonly text: string }> {
    let url = new URL(address)
    for (let hops = 0; hops < 20; hops += 1) {
      this.visited.push(url.href)
      if (url.href.startsWith(app)) return { url, status: 0, text: "" }
      const response = await this.fetch(url)
      const location = response.headers.get("location")
      if (location === null) return { url, status: response.status, text: await response.text() }
      await response.body?.cancel()
      url = new URL(location, url)
    }
    throw new Error(`too many redirects:\n${this.visited.join("\n")}`)
  }

  /** One request with the cookies of its host; those of the answer are kept. */
  async fetch(url: URL, init: RequestInit = {}): Promise<Response> {
    const jar = this.#jar(url)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ")
    const headers = { ...(init.headers as Record<string, string>), ...(cookie === "" ? {} : { cookie }) }
    const response = await fetch(url, { ...init, headers, redirect: "manual" })
    for (const written of response.headers.getSetCookie()) keep(jar, written)
    return response
  }

  /** What is kept for a host. */
  cookies(url: string): ReadonlyMap<string, string> {
    return this.#jar(new URL(url))
  }

  #jar(url: URL): Map<string, string> {
    const jar = this.#jars.get(url.host) ?? new Map<string, string>()
    this.#jars.set(url.host, jar)
    return jar
  }
}

function keep(jar: Map<string, string>, written: string): void {
  const [pair = "", ...attributes] = written.split(";").map((part) => part.trim())
  const equals = pair.indexOf("=")
  const name = pair.slice(0, equals)
  const isOver = attributes.some(
    (attribute) => /^max-age=0$/i.test(attribute) || /^expires=Thu, 01 Jan 1970/i.test(attribute),
  )
  if (isOver || equals === pair.length - 1) jar.delete(name)
  else jar.set(name, pair.slice(equals + 1))
}
