/** What one reload did. */
export interface ReloadResult {
  /** A line each, as shown; empty when nothing of substance changed. */
  readonly changes: readonly string[]
}

/**
 * Follows a file of the project: builds the new state, tries it, swaps it in. Throws when the old one must stay.
 * `isCurrent` turns false when something newer was asked for; the reload then gives up.
 */
export type Reload = (isCurrent: () => boolean) => Promise<ReloadResult>
