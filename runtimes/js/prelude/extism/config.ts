import { extismConfig } from "../host.ts"
import { domString } from "../web/web-idl.ts"

/** The plug-in's configuration, as its host gives it. */
export const Config = {
  get: (key: string): string | null => extismConfig(domString(key)),
} as const
