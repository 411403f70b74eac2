/** What the prelude leaves for these modules; they are bundled with the function, not evaluated with the prelude. */
interface GuestGlobals {
  readonly __alyx_sdk?: { getContext(): { readonly env: Readonly<Record<string, string>> } | null }
  /** A digest by the host, at once; missing in a host that is not Alyx. */
  readonly __alyx_digest?: (algorithm: string, bytes: Uint8Array) => Uint8Array
}

/** The global object of the guest. */
export const guest = globalThis as unknown as GuestGlobals
