import type { FastifyRequest } from "fastify"

import type { RuleRequest } from "../../rules/rules.ts"

/** `request` in rules. What a rule does not mention is never worked out. */
export class HttpRuleRequest implements RuleRequest {
  readonly #request: FastifyRequest
  readonly ip: string
  #time: string | undefined
  #headers: Readonly<Record<string, string>> | undefined

  constructor(request: FastifyRequest, ip: string) {
    this.#request = request
    this.ip = ip
  }

  get method(): string {
    return this.#request.method
  }

  /** One request has one time. */
  get time(): string {
    this.#time ??= new Date().toISOString()
    return this.#time
  }

  get body(): unknown {
    return this.#request.body ?? null
  }

  get headers(): Readonly<Record<string, string>> {
    this.#headers ??= shownHeaders(this.#request)
    return this.#headers
  }
}

/** What proves who asks is not for rules, which may end up in an explanation. */
const hiddenHeaders = new Set(["authorization", "cookie", "proxy-authorization"])

function shownHeaders({ headers }: FastifyRequest): Readonly<Record<string, string>> {
  const shown: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !hiddenHeaders.has(name)) shown[name] = String(value)
  }
  return shown
}
