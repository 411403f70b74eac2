import { extismConfig } from "../host.ts"

/** The plug-in's configuration, as its host gives it. */
export const Config = {
  get: (key: string): string | null => extismConfig(String(key)),
} as const
