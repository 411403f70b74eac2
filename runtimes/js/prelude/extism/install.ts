import { defineGlobal } from "../web/define-global.ts"
import { Config } from "./config.ts"
import { Host } from "./host.ts"
import { Http } from "./http.ts"
import { Memory, MemoryHandle } from "./memory.ts"
import { Var } from "./var.ts"

/** Defines the globals of Extism's JavaScript kit, whose types are those of `@extism/js-pdk`. */
export function installExtism(): void {
  const globals = { Config, Host, Http, Memory, MemoryHandle, Var }
  for (const [name, value] of Object.entries(globals)) defineGlobal(name, value)
}
