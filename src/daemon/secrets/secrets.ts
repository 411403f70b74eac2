/** Secrets of functions: encrypted in `_alyx_secrets`, with a key that is not in the database. Fulfilled by secret-store.ts. */
export interface Secrets {
  /** Values by name; what is not set is missing. Decrypted once and kept until it changes. */
  read(names: readonly string[]): Readonly<Record<string, string>>
  /** Every value now set, and those that were until lately, which calls under way may still hold. For redaction; never shown. */
  values(): readonly string[]
  list(): readonly { readonly name: string; readonly updatedAt: string }[]
  set(name: string, value: string): Promise<void>
  /** Whether there was one. */
  remove(name: string): Promise<boolean>
}
