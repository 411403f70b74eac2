import type { Config } from "./options.ts"

/** Limits of requests that no option changes; DESIGN.md 7 and, where it names none, a quarter of a second, set them. */
export const fixedRequestLimits = {
  /** Rows that a page may skip; cursors have no such limit. */
  offsetMax: 100_000,
  /** UTF-16 code units of one filter's value. */
  filterValueLengthMax: 4_000,
  /** Values of one `in`. */
  inListMax: 200,
  sortKeyMax: 4,
  /** Relations that one request expands, counted over all levels. */
  expandCountMax: 12,
  /** Documents of one back relation in one document. */
  backRelationMax: 100,
  /** Documents of one answer, expanded ones included. */
  answerDocumentMax: 20_000,
} as const

/** Everything that bounds a request, for those who describe the API. */
export interface RequestLimits extends Readonly<Record<keyof typeof fixedRequestLimits, number>> {
  readonly pageDefault: number
  readonly pageMax: number
  readonly filterCountMax: number
  readonly expandDepthMax: number
  readonly batchMax: number
  readonly bodyLimitBytes: number
  readonly urlLimitBytes: number
}

/** The limits that a configuration sets, with those that are fixed. */
export function requestLimits({ api, server }: Pick<Config, "api" | "server">): RequestLimits {
  return {
    ...fixedRequestLimits,
    pageDefault: api.pageSizeDefault,
    pageMax: api.pageSizeMax,
    filterCountMax: api.filterCountMax,
    expandDepthMax: api.expandDepthMax,
    batchMax: api.batchMax,
    bodyLimitBytes: server.bodyLimitBytes,
    urlLimitBytes: server.urlLimitBytes,
  }
}
