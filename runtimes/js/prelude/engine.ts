/** Filled in by scripts/build/runtimes.ts. */
declare const __ALYX_ENGINE__: "alyx" | "extism"

/** `extism`: the plug-in imports nothing but Extism and WASI, and its host may know nothing of Alyx. */
export const engine: "alyx" | "extism" = __ALYX_ENGINE__
