import type { GuestContext } from "../../../src/functions/guest-abi.ts"

/** What a call is told that nobody made, and that has nothing. */
export const guestContext: GuestContext = {
  requestId: "r",
  functionName: "under-test",
  auth: null,
  request: null,
  trigger: "http",
  env: {},
  secrets: {},
  privileged: false,
  url: "http://alyx.internal",
  token: "t",
  collections: {},
  dev: false,
}
