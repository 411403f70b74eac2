import type { GuestContext } from "../../../src/functions/guest-abi.ts"

/** What variables and secrets are: many packages want an address or a key that is not empty. The host does not exist. */
const placeholder = "https://placeholder.invalid/"

/** The context of code that is evaluated only to find its exports. It names everything, since nothing is known. */
export const describingContext: GuestContext = {
  requestId: "",
  functionName: "",
  auth: null,
  request: null,
  trigger: "",
  env: allNames(placeholder),
  secrets: allNames(placeholder),
  privileged: true,
  url: placeholder,
  token: placeholder,
  collections: allNames("id"),
  dev: false,
}

/** An object that has this value under every name. */
function allNames(value: string): Readonly<Record<string, string>> {
  return new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => (typeof name === "string" ? value : undefined),
      has: (_, name) => typeof name === "string",
      getOwnPropertyDescriptor: (_, name) =>
        typeof name === "string" ? { value, writable: true, enumerable: true, configurable: true } : undefined,
    },
  )
}
