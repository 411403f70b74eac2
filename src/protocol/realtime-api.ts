import type { WireError } from "./admin-api.ts"

/** The messages of /api/realtime (WebSocket, text frames of JSON), on both sides of the wire. */

/** A document as an answer shows it. */
export type LiveDocument = Readonly<Record<string, unknown>>

/** The longest live query window, and the one that is meant when the message does not say. */
export const liveLimits = { limitDefault: 100, limitMax: 500 } as const

/** What one follows. */
export interface LiveQueryRequest {
  readonly collection: string
  /** `{field: {"$eq": value}}` ($eq $ne $gt $gte $lt $lte $in $like $contains; a bare value is $eq), or filters in the REST form: `["field:eq:value"]`. */
  readonly filter?: Readonly<Record<string, unknown>> | readonly string[]
  /** `["-created_at"]` or `"-created_at"`. */
  readonly sort?: readonly string[] | string
  readonly limit?: number
  readonly expand?: readonly string[] | string
  readonly fields?: readonly string[] | string
  /** The `resume` of the last snapshot or delta that was received. */
  readonly since?: string
}

export type ClientMessage =
  | { readonly id?: string; readonly type: "subscribe"; readonly payload: LiveQueryRequest }
  | { readonly id?: string; readonly type: "unsubscribe"; readonly payload: { readonly subscription_id: string } }
  /** Null signs out. */
  | { readonly id?: string; readonly type: "auth"; readonly payload: { readonly token: string | null } }
  | { readonly id?: string; readonly type: "ping" }

/** Where a subscription stands: pass `resume` as `since` to go on from there. */
export interface LivePosition {
  readonly seq: number
  readonly resume: string
}

export interface SnapshotPayload extends LivePosition {
  readonly subscription_id: string
  readonly docs: readonly LiveDocument[]
  readonly total: number
  /** True when it replaces what the client has: what was missed can no longer be told. */
  readonly reset?: true
}

export interface DeltaPayload extends LivePosition {
  readonly subscription_id: string
  readonly changes: {
    readonly inserts: readonly LiveDocument[]
    readonly updates: readonly LiveDocument[]
    readonly deletes: readonly (string | number)[]
    /**
     * Where inserted and moved documents stand now, in ascending order: take out what was deleted and what stands here, then
     * put each of these in at its place. Absent where nothing was inserted or moved.
     */
    readonly positions?: readonly (readonly [id: string | number, index: number])[]
  }
  /** Where it changed. */
  readonly total?: number
}

export type ServerMessage =
  | { readonly type: "connected"; readonly payload: { readonly client_id: string } }
  | {
      readonly id?: string
      readonly type: "authenticated"
      readonly payload: { readonly user: { readonly id: string; readonly role: string | null } | null }
    }
  | { readonly id?: string; readonly type: "snapshot"; readonly payload: SnapshotPayload }
  | {
      readonly id?: string
      readonly type: "resumed"
      readonly payload: { readonly subscription_id: string } & LivePosition
    }
  | { readonly type: "delta"; readonly payload: DeltaPayload }
  | { readonly id?: string; readonly type: "unsubscribed"; readonly payload: { readonly subscription_id: string } }
  /** With a subscription_id that subscription has ended. */
  | {
      readonly id?: string
      readonly type: "error"
      readonly payload: WireError & { readonly subscription_id?: string }
    }
  | { readonly id?: string; readonly type: "pong" }
