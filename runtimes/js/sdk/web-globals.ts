/** The parts of the prelude's web classes that the SDK uses; they are found when they are used, since they are installed first. */

export interface WebHeaders extends Iterable<[string, string]> {
  get(name: string): string | null
  has(name: string): boolean
  set(name: string, value: string): void
  append(name: string, value: string): void
  delete(name: string): void
}

export interface WebBody {
  text(): Promise<string>
  json(): Promise<unknown>
  arrayBuffer(): Promise<ArrayBuffer>
  formData(): Promise<unknown>
  blob(): Promise<unknown>
}

export interface WebRequest extends WebBody {
  readonly method: string
  readonly url: string
  readonly headers: WebHeaders
}

export interface WebResponse extends WebBody {
  readonly status: number
  readonly headers: WebHeaders
  readonly type?: string
}

interface WebGlobals {
  readonly Headers: new (init?: Iterable<readonly [string, string]>) => WebHeaders
  readonly Request: new (
    url: string,
    init: { method: string; headers: readonly (readonly [string, string])[]; body?: Uint8Array },
  ) => WebRequest
  readonly Response: new (...args: never[]) => WebResponse
  readonly URLSearchParams: new (text: string) => Iterable<[string, string]>
}

const scope = globalThis as unknown as WebGlobals

export const web: WebGlobals = {
  get Headers() {
    return scope.Headers
  },
  get Request() {
    return scope.Request
  },
  get Response() {
    return scope.Response
  },
  get URLSearchParams() {
    return scope.URLSearchParams
  },
}

/** True for what the web-standard constructor made. */
export function isWebResponse(value: unknown): value is WebResponse {
  return typeof scope.Response === "function" && value instanceof scope.Response
}
