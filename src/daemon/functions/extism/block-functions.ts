import type { CallContext } from "@extism/extism"

import type { GuestLogLevel } from "../../../functions/guest-abi.ts"
import type { ExtismMemory } from "./extism-memory.ts"
import { takeBlock } from "./host-functions.ts"
import type { HostFunction } from "./host-functions.ts"
import { nodeCodec } from "./node-codec.ts"
import type { RunningCall } from "./running-call.ts"

/** What is kept of one line. */
const lineLengthMax = 16_384

/** Extism's own functions that make and free blocks: it must not do so by itself, else indices are lost. */
export function blockFunctions(
  blocks: ExtismMemory,
  callOf: () => RunningCall | null,
): Readonly<Record<string, HostFunction>> {
  const logAs = (level: GuestLogLevel) => (context: CallContext, text: bigint) => {
    const message = nodeCodec.decode(takeBlock(context, blocks, text)).slice(0, lineLengthMax)
    callOf()?.writeLog({ level, message })
  }
  return {
    alloc: (context: CallContext, length: bigint) => blocks.alloc(context, length),
    free: (_context: CallContext, offset: bigint) => blocks.free(offset),
    log_trace: logAs("debug"),
    log_debug: logAs("debug"),
    log_info: logAs("info"),
    log_warn: logAs("warn"),
    log_error: logAs("error"),
  }
}
