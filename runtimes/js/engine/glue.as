/**
 * What stands between QuickJS and Extism, in AssemblyScript: joined with the engine by scripts/build/runtimes.ts. It has no
 * memory of its own, no static data and no heap: everything is in the engine's memory, by `wasm_malloc`, so that the
 * snapshot of that memory and of the exported globals is the whole state. Values of JavaScript are handles of the engine.
 */

import { isAlyx } from "./engine-kind"

// Of the engine.
@external("engine", "wasm_malloc") declare function wasm_malloc(size: i32): i32
@external("engine", "wasm_free") declare function wasm_free(pointer: i32): void
@external("engine", "qjs_init") declare function qjs_init(): i32
@external("engine", "qjs_eval_bytecode") declare function qjs_eval_bytecode(bytecode: i32, length: i32): i32
@external("engine", "qjs_call") declare function qjs_call(callee: i32, self: i32, argc: i32, argv: i32): i32
@external("engine", "qjs_free_value") declare function qjs_free_value(value: i32): void
@external("engine", "qjs_dup_value") declare function qjs_dup_value(value: i32): i32
@external("engine", "qjs_is_exception") declare function qjs_is_exception(value: i32): i32
@external("engine", "qjs_is_null") declare function qjs_is_null(value: i32): i32
@external("engine", "qjs_is_undefined") declare function qjs_is_undefined(value: i32): i32
@external("engine", "qjs_get_exception") declare function qjs_get_exception(): i32
@external("engine", "qjs_get_undefined") declare function qjs_get_undefined(): i32
@external("engine", "qjs_get_null") declare function qjs_get_null(): i32
@external("engine", "qjs_get_true") declare function qjs_get_true(): i32
@external("engine", "qjs_get_false") declare function qjs_get_false(): i32
@external("engine", "qjs_new_number") declare function qjs_new_number(value: f64): i32
@external("engine", "qjs_get_float64") declare function qjs_get_float64(value: i32): f64
@external("engine", "qjs_new_string") declare function qjs_new_string(pointer: i32, length: i32): i32
@external("engine", "qjs_get_string_len") declare function qjs_get_string_len(value: i32, length: i32): i32
@external("engine", "qjs_free_cstring") declare function qjs_free_cstring(pointer: i32): void
@external("engine", "qjs_new_uint8_array") declare function qjs_new_uint8_array(pointer: i32, length: i32): i32
@external("engine", "qjs_get_array_buffer") declare function qjs_get_array_buffer(value: i32, length: i32): i32
@external("engine", "qjs_get_typed_array_buffer")
declare function qjs_get_typed_array_buffer(value: i32, offset: i32, length: i32, element: i32): i32
@external("engine", "qjs_new_big_int64") declare function qjs_new_big_int64(low: i32, high: i32): i32
@external("engine", "qjs_get_big_int64") declare function qjs_get_big_int64(value: i32, low: i32, high: i32): i32
@external("engine", "qjs_is_job_pending") declare function qjs_is_job_pending(): i32
@external("engine", "qjs_execute_pending_job") declare function qjs_execute_pending_job(): i32
@external("engine", "qjs_set_interrupt_handler") declare function qjs_set_interrupt_handler(on: i32): void
@external("engine", "qjs_set_promise_rejection_handler") declare function qjs_set_promise_rejection_handler(on: i32): void
@external("engine", "qjs_set_memory_limit") declare function qjs_set_memory_limit(bytes: i32): void
@external("engine", "qjs_set_max_stack_size") declare function qjs_set_max_stack_size(bytes: i32): void
@external("engine", "qjs_get_context_ptr") declare function qjs_get_context_ptr(): i32
@external("engine", "JS_ThrowOutOfMemory") declare function JS_ThrowOutOfMemory(context: i32): i64
@external("engine", "qjs_new_error") declare function qjs_new_error(): i32
@external("engine", "qjs_throw") declare function qjs_throw(error: i32): i32

// Of WASI.
@external("wasi_snapshot_preview1", "clock_time_get")
declare function clock_time_get(clock: i32, precision: i64, time: i32): i32
@external("wasi_snapshot_preview1", "random_get") declare function random_get(pointer: i32, length: i32): i32

// Of Extism.
@external("extism:host/env", "input_offset") declare function input_offset(): i64
@external("extism:host/env", "input_length") declare function input_length(): i64
@external("extism:host/env", "input_load_u8") declare function input_load_u8(offset: i64): i32
@external("extism:host/env", "input_load_u64") declare function input_load_u64(offset: i64): i64
@external("extism:host/env", "output_set") declare function output_set(offset: i64, length: i64): void
@external("extism:host/env", "error_set") declare function error_set(offset: i64): void
@external("extism:host/env", "alloc") declare function alloc(length: i64): i64
@external("extism:host/env", "free") declare function free(offset: i64): void
@external("extism:host/env", "length") declare function block_length(offset: i64): i64
@external("extism:host/env", "load_u8") declare function load_u8(offset: i64): i32
@external("extism:host/env", "load_u64") declare function load_u64(offset: i64): i64
@external("extism:host/env", "store_u8") declare function store_u8(offset: i64, value: i32): void
@external("extism:host/env", "store_u64") declare function store_u64(offset: i64, value: i64): void
@external("extism:host/env", "config_get") declare function config_get(key: i64): i64
@external("extism:host/env", "var_get") declare function var_get(key: i64): i64
@external("extism:host/env", "var_set") declare function var_set(key: i64, value: i64): void
@external("extism:host/env", "http_request") declare function http_request(request: i64, body: i64): i64
@external("extism:host/env", "http_status_code") declare function http_status_code(): i32
@external("extism:host/env", "http_headers") declare function http_headers(): i64
@external("extism:host/env", "log_trace") declare function log_trace(text: i64): void
@external("extism:host/env", "log_debug") declare function log_debug(text: i64): void
@external("extism:host/env", "log_info") declare function log_info(text: i64): void
@external("extism:host/env", "log_warn") declare function log_warn(text: i64): void
@external("extism:host/env", "log_error") declare function log_error(text: i64): void

// Of Alyx; absent from the plain engine.
@external("extism:host/user", "alyx_context") declare function alyx_context(): i64
@external("extism:host/user", "alyx_submit") declare function alyx_submit(frame: i64): void
@external("extism:host/user", "alyx_wait") declare function alyx_wait(): i64
@external("extism:host/user", "alyx_call") declare function alyx_call(frame: i64): i64
@external("extism:host/user", "alyx_log") declare function alyx_log(line: i64): void
@external("extism:host/user", "alyx_timezone") declare function alyx_timezone(ms: i64): i32

@external("extism:host/user", "alyx_read") declare function alyx_read(offset: i64, pointer: i32, length: i32): void
@external("extism:host/user", "alyx_write") declare function alyx_write(pointer: i32, length: i32): i64

/** Nanoseconds of WASI's monotonic clock at which code is interrupted; 0 for never. The host sets it. */
export let alyx_deadline: i64 = 0
/** 1 while the function is evaluated for its snapshot, 2 while only its exports are found; 0 in calls. */
export let alyx_building: i32 = 1
/** The prelude's `step`. */
export let alyx_step: i32 = 0
/** 64 bytes for results of the engine. */
export let alyx_scratch: i32 = 0
/** Where the engine keeps the state of Math.random; found by the builder. */
export let alyx_random: i32 = 0
/** Bytecode that was not evaluated for the snapshot: it is when the first call comes. */
export let alyx_bytecode: i32 = 0
export let alyx_bytecode_length: i32 = 0

/** Where arguments and results of functions with signatures of their own stand: 16 values of 8 bytes. */
export let alyx_values: i32 = 0

let isInterrupted: bool = false
let dataPointer: i32 = 0
let dataLength: i32 = 0
/** The body of the answer that is being delivered. */
let answerPointer: i32 = 0
let answerLength: i32 = 0

// What the prelude's `step` is asked for (runtimes/js/prelude/main.ts), and what it says comes next.
const START = 0, NEXT = 1, DELIVER = 2, CRASH = 3, INTERRUPTED = 4, REJECTED = 5, HANDLED = 6, EVALUATED = 7, UNCAUGHT = 8, EXPECT = 9, COMPLETION = 10
const NEXT_WAIT = 2

// Places in the scratch memory.
const TIME = 32, ARGUMENTS = 40

const VALUES_BYTES = 128

/** Bytes of a length in frames (src/functions/frames.ts). */
const FRAME_LENGTH = 4

const CLOCK_MONOTONIC = 1
/** Only the builder's clock moves by this one: what code sees while it is built stands still. */
const CLOCK_PROCESS = 2

/**
 * Of the engine's stack of 1 MiB: deeper recursion is a RangeError. Our host gives V8 a large stack (guest-stacks.ts);
 * others have about 1 MiB, and what the engine takes of it is some multiple of this.
 */
const STACK_BYTES_MAX = isAlyx ? 512 * 1024 : 192 * 1024

/** Once, when Alyx is built. */
export function alyx_boot(): i32 {
  if (qjs_init() != 0) return 1
  alyx_scratch = wasm_malloc(64)
  alyx_values = wasm_malloc(VALUES_BYTES)
  memory.fill(alyx_values, 0, VALUES_BYTES)
  qjs_set_max_stack_size(STACK_BYTES_MAX)
  qjs_set_interrupt_handler(1)
  qjs_set_promise_rejection_handler(1)
  return 0
}

/** Bytes that values may take; the host calls it before the first call of an instance. */
export function alyx_set_memory_limit(bytes: i32): void {
  qjs_set_memory_limit(bytes)
}

/** Evaluates a bundle's bytecode; the prelude writes what came of it to the output. */
export function alyx_evaluate(bytecode: i32, length: i32): i32 {
  let thrown = evaluate(bytecode, length)
  let outcome = isInterrupted ? 2 : thrown != 0 ? 1 : 0
  if (isInterrupted) {
    isInterrupted = false
    alyx_deadline = 0
  }
  return step(EVALUATED, qjs_new_number(outcome), thrown) < 0 ? 1 : 0
}

/** Tells the prelude the names of the exports, as JSON, when the source is not evaluated before the first call. */
export function alyx_expect(names: i32, length: i32): i32 {
  return step(EXPECT, qjs_new_string(names, length), 0) < 0 ? 1 : 0
}

/** Calls the function's export with this number: 0, or 1 when Extism's error is set. */
export function serve(index: i32): i32 {
  random_get(alyx_random, 8)
  if (load<i64>(alyx_random) == 0) store<i64>(alyx_random, 1)
  isInterrupted = false
  if (step(START, qjs_new_number(index), 0) < 0) return fail(0)
  return run()
}

/** Goes on with a call that returned because it waits: the host has answers for it. */
export function alyx_resume(): i32 {
  let answers = isAlyx ? alyx_wait() : 0
  if (answers == 0) return 0
  return deliver(answers) ? run() : fail(0)
}

/** Until the call has ended, or its host lets it return where it waits: then it is resumed when there are answers. */
function run(): i32 {
  while (true) {
    if (!drain()) return fail(0)
    let next = step(NEXT, 0, 0)
    if (next < 0) return fail(0)
    if (next < NEXT_WAIT) return next
    if (!isAlyx || next != NEXT_WAIT) continue
    let answers = alyx_wait()
    if (answers == 0) return 0
    if (!deliver(answers)) return fail(0)
  }
}

/** Tells the prelude the header of each operation that has ended; it asks for the body while it is told. False after an exception. */
function deliver(offset: i64): bool {
  let length = <i32>block_length(offset)
  let pointer = loadBlock(offset, length)
  if (pointer == 0) return false
  if (offset != 0) free(offset)
  let isDelivered = true
  let end = pointer + length
  let at = pointer
  while (isDelivered && end - at >= 2 * FRAME_LENGTH) {
    let header = at + 2 * FRAME_LENGTH
    let next = at + FRAME_LENGTH + load<i32>(at)
    answerPointer = header + load<i32>(at + FRAME_LENGTH)
    // What is no frame ends the list: the host writes it, and the guest reads nothing beyond it.
    if (<u32>answerPointer < <u32>header || <u32>next < <u32>answerPointer || <u32>next > <u32>end) break
    answerLength = next - answerPointer
    let text = qjs_new_string(header, answerPointer - header)
    if (qjs_is_exception(text)) {
      qjs_free_value(text)
      isDelivered = false
    } else isDelivered = step(DELIVER, text, 0) >= 0
    at = next
  }
  answerPointer = 0
  answerLength = 0
  wasm_free(pointer)
  return isDelivered
}

/** The exception, or 0. */
function evaluate(bytecode: i32, length: i32): i32 {
  let result = qjs_eval_bytecode(bytecode, length)
  if (qjs_is_exception(result)) {
    qjs_free_value(result)
    return qjs_get_exception()
  }
  if (step(COMPLETION, result, 0) < 0 || !drain()) return qjs_get_exception()
  return 0
}

/** Can be asked for again when it threw. */
function evaluateDeferred(): i32 {
  let result = qjs_eval_bytecode(alyx_bytecode, alyx_bytecode_length)
  if (!qjs_is_exception(result)) return result
  qjs_free_value(result)
  return 0
}

/** Runs what promises wait for; false when the time is over. */
function drain(): bool {
  while (qjs_is_job_pending()) {
    if (qjs_execute_pending_job() >= 0) continue
    if (isInterrupted) return false
    step(UNCAUGHT, qjs_get_exception(), 0)
  }
  return !isInterrupted
}

/** The call ends by an exception that no JavaScript took: no time, no memory, or a fault of the prelude. */
function fail(thrown: i32): i32 {
  if (thrown == 0) thrown = qjs_get_exception()
  qjs_set_memory_limit(-1)
  alyx_deadline = 0
  step(isInterrupted ? INTERRUPTED : CRASH, thrown, 0)
  return 1
}

/** Asks the prelude; -1 when it throws. Takes the handles over. */
function step(kind: i32, first: i32, second: i32): i32 {
  let undefinedValue = qjs_get_undefined()
  let kindValue = qjs_new_number(<f64>kind)
  if (first == 0) first = qjs_get_undefined()
  if (second == 0) second = qjs_get_undefined()
  let args = alyx_scratch + ARGUMENTS
  store<i32>(args, kindValue)
  store<i32>(args + 4, first)
  store<i32>(args + 8, second)
  let result = qjs_call(alyx_step, undefinedValue, 3, args)
  let answer: i32 = qjs_is_exception(result) ? -1 : <i32>qjs_get_float64(result)
  qjs_free_value(result)
  qjs_free_value(undefinedValue)
  qjs_free_value(kindValue)
  qjs_free_value(first)
  qjs_free_value(second)
  return answer
}

/** The engine asks from time to time whether to go on. */
export function host_interrupt(): i32 {
  if (alyx_deadline == 0) return 0
  let time = alyx_scratch + TIME
  clock_time_get(alyx_building ? CLOCK_PROCESS : CLOCK_MONOTONIC, 1, time)
  let now = load<i64>(time)
  // What stays in memory becomes a part of the snapshot.
  store<i64>(time, 0)
  if (now < alyx_deadline) return 0
  isInterrupted = true
  return 1
}

export function host_promise_rejection(promise: i32, reason: i32, isHandled: i32): void {
  if (alyx_step == 0) {
    qjs_free_value(promise)
    qjs_free_value(reason)
  } else step(isHandled ? HANDLED : REJECTED, promise, reason)
}

/** Modules are bundled: there is nothing to load. */
export function host_module_normalize(base: i32, name: i32): i32 {
  return 0
}

export function host_module_load(name: i32, length: i32): i32 {
  return 0
}

/** Seconds that local time is ahead of UTC at a time in seconds. */
export function host_get_timezone_offset(high: i32, low: i32): i32 {
  if (!isAlyx || alyx_building) return 0
  let seconds: i64 = (<i64>high << 32) | <i64>(<u32>low)
  return alyx_timezone(seconds * 1000) * 60
}

/** A native is called: the last two characters of its name are its number in `Natives` of runtimes/js/prelude/natives.ts. */
export function host_call(name: i32, nameLength: i32, self: i32, argc: i32, argv: i32): i32 {
  let digits = name + nameLength - 2
  let native = (<i32>load<u8>(digits) - 48) * 10 + <i32>load<u8>(digits + 1) - 48
  let first = argc > 0 ? load<i32>(argv) : 0
  let second = argc > 1 ? load<i32>(argv + 4) : 0
  switch (native) {
    case 0: return encodeUtf8(first)
    case 1: return readBytes(first) ? qjs_new_string(dataPointer, dataLength) : 0
    case 2: return readBytes(first) ? nothing(random_get(dataPointer, dataLength)) : 0
    case 3: {
      let time = alyx_scratch + TIME
      clock_time_get(CLOCK_MONOTONIC, 1, time)
      return qjs_new_number(<f64>load<i64>(time) / 1000000.0)
    }
    case 4: return qjs_new_number(<f64>alyx_building)
    case 5: {
      alyx_step = qjs_dup_value(first)
      return qjs_get_undefined()
    }
    case 6: return takeInput()
    case 7: {
      let offset = storeBytes(first)
      if (offset < 0) return 0
      output_set(offset, <i64>dataLength)
      return qjs_get_undefined()
    }
    case 8: {
      let offset = storeBytes(first)
      if (offset < 0) return 0
      error_set(offset)
      return qjs_get_undefined()
    }
    case 9: {
      let offset = storeBytes(first)
      return offset < 0 ? 0 : newOffset(offset)
    }
    case 10: return take(readOffset(first), false)
    case 11: return newOffset(block_length(readOffset(first)))
    case 12: {
      free(readOffset(first))
      return qjs_get_undefined()
    }
    case 13: {
      let key = storeBytes(first)
      return key < 0 ? 0 : takeOrNull(config_get(key))
    }
    case 14: {
      let key = storeBytes(first)
      return key < 0 ? 0 : takeOrNull(var_get(key))
    }
    case 15: {
      let key = storeBytes(first)
      if (key < 0) return 0
      let value = isNothing(second) ? 0 : storeBytes(second)
      if (value < 0) return 0
      var_set(key, value)
      return qjs_get_undefined()
    }
    case 16: {
      let request = storeBytes(first)
      if (request < 0) return 0
      let body = isNothing(second) ? 0 : storeBytes(second)
      if (body < 0) return 0
      return take(http_request(request, body))
    }
    case 17: return qjs_new_number(<f64>http_status_code())
    case 18: return takeOrNull(http_headers())
    case 19: {
      let text = storeBytes(second)
      return text < 0 ? 0 : log(<i32>qjs_get_float64(first), text)
    }
    case 20: return evaluateDeferred()
    case 25: {
      if (!readBytes(second)) return 0
      alyx_call_host(<i32>qjs_get_float64(first), dataPointer)
      return qjs_get_undefined()
    }
    case 26: return qjs_new_uint8_array(alyx_values, VALUES_BYTES)
    case 27: {
      if (!readBytes(first)) return 0
      memory.copy(alyx_values, dataPointer, dataLength < VALUES_BYTES ? dataLength : VALUES_BYTES)
      return qjs_get_undefined()
    }
    case 28: return takeInputText()
    case 29: {
      let offset = storeText(first)
      if (offset < 0) return 0
      output_set(offset, <i64>dataLength)
      return qjs_get_undefined()
    }
    default: return isAlyx ? callAlyx(native, first, second) : failure()
  }
}

function callAlyx(native: i32, first: i32, second: i32): i32 {
  switch (native) {
    case 21: return takeText(alyx_context())
    case 22: return submit(first, second)
    case 30: return qjs_new_string(answerPointer, answerLength)
    case 31: return qjs_new_uint8_array(answerPointer, answerLength)
    default: return sayToAlyx(native, first)
  }
}

/** Starts an operation: its header is a text, its body bytes, or nothing. */
function submit(header: i32, body: i32): i32 {
  dataLength = 0
  if (!isNothing(body) && !readBytes(body)) return 0
  let bodyLength = dataLength
  let text = qjs_get_string_len(header, alyx_scratch)
  if (text == 0) return 0
  let headerLength = load<i32>(alyx_scratch)
  let frame = buffer(FRAME_LENGTH + headerLength + bodyLength)
  if (frame == 0) {
    qjs_free_cstring(text)
    return 0
  }
  store<i32>(frame, headerLength)
  memory.copy(frame + FRAME_LENGTH, text, headerLength)
  qjs_free_cstring(text)
  if (bodyLength > 0) memory.copy(frame + FRAME_LENGTH + headerLength, dataPointer, bodyLength)
  let offset = storeBlock(frame, FRAME_LENGTH + headerLength + bodyLength)
  wasm_free(frame)
  if (offset < 0) return 0
  alyx_submit(offset)
  return qjs_get_undefined()
}

function sayToAlyx(native: i32, first: i32): i32 {
  let offset = storeBytes(first)
  if (offset < 0) return 0
  switch (native) {
    case 23: return take(alyx_call(offset))
    case 24: {
      alyx_log(offset)
      return qjs_get_undefined()
    }
    default: return failure()
  }
}

function log(level: i32, text: i64): i32 {
  switch (level) {
    case 0: { log_trace(text); break }
    case 1: { log_debug(text); break }
    case 2: { log_info(text); break }
    case 3: { log_warn(text); break }
    default: { log_error(text); break }
  }
  return qjs_get_undefined()
}

function encodeUtf8(value: i32): i32 {
  let pointer = qjs_get_string_len(value, alyx_scratch)
  if (pointer == 0) return 0
  let result = qjs_new_uint8_array(pointer, load<i32>(alyx_scratch))
  qjs_free_cstring(pointer)
  return result
}

/** Points `dataPointer` and `dataLength` at the bytes of a Uint8Array; false after an exception. */
function readBytes(value: i32): bool {
  let buffer = qjs_get_typed_array_buffer(value, alyx_scratch, alyx_scratch + 4, alyx_scratch + 8)
  if (qjs_is_exception(buffer)) {
    qjs_free_value(buffer)
    return false
  }
  let offset = load<i32>(alyx_scratch)
  dataLength = load<i32>(alyx_scratch + 4)
  dataPointer = qjs_get_array_buffer(buffer, alyx_scratch + 8) + offset
  qjs_free_value(buffer)
  return true
}

/** Copies a Uint8Array into Extism's memory; -1 after an exception. */
function storeBytes(value: i32): i64 {
  return readBytes(value) ? storeBlock(dataPointer, dataLength) : -1
}

/** Copies the UTF-8 of a text into Extism's memory, and says in `dataLength` how long it is; -1 after an exception. */
function storeText(value: i32): i64 {
  let pointer = qjs_get_string_len(value, alyx_scratch)
  if (pointer == 0) return -1
  dataLength = load<i32>(alyx_scratch)
  let offset = storeBlock(pointer, dataLength)
  qjs_free_cstring(pointer)
  return offset
}

/** Copies bytes into a new block of Extism's memory; -1 after an exception. */
function storeBlock(pointer: i32, length: i32): i64 {
  let offset = copiesAtOnce() ? alyx_write(pointer, length) : alloc(<i64>length)
  if (offset == 0 && length > 0) {
    JS_ThrowOutOfMemory(qjs_get_context_ptr())
    return -1
  }
  if (copiesAtOnce()) return offset
  let at = 0
  for (; at + 8 <= length; at += 8) store_u64(offset + <i64>at, load<i64>(pointer + at))
  for (; at < length; at++) store_u8(offset + <i64>at, load<u8>(pointer + at))
  return offset
}

/** A Uint8Array of a block of Extism's memory, which is freed unless `release` is false; 0 after an exception. */
function take(offset: i64, release: bool = true): i32 {
  let length = <i32>block_length(offset)
  let pointer = loadBlock(offset, length)
  if (pointer == 0) return 0
  if (release && offset != 0) free(offset)
  let result = qjs_new_uint8_array(pointer, length)
  wasm_free(pointer)
  return result
}

/** The text of a block, which is freed; null for none, 0 after an exception. */
function takeText(offset: i64): i32 {
  if (offset == 0) return qjs_get_null()
  let length = <i32>block_length(offset)
  let pointer = loadBlock(offset, length)
  if (pointer == 0) return 0
  free(offset)
  let result = qjs_new_string(pointer, length)
  wasm_free(pointer)
  return result
}

/** A copy of a block in the engine's memory, to be freed; 0 after an exception. */
function loadBlock(offset: i64, length: i32): i32 {
  let pointer = buffer(length)
  if (pointer == 0) return 0
  if (copiesAtOnce()) alyx_read(offset, pointer, length)
  else {
    let at = 0
    for (; at + 8 <= length; at += 8) store<i64>(pointer + at, load_u64(offset + <i64>at))
    for (; at < length; at++) store<u8>(pointer + at, load_u8(offset + <i64>at))
  }
  return pointer
}

/** Extism itself copies eight bytes a call. */
@inline
function copiesAtOnce(): bool {
  return isAlyx && !alyx_building
}

function takeOrNull(offset: i64): i32 {
  return offset == 0 ? qjs_get_null() : take(offset)
}

function takeInput(): i32 {
  let length = <i32>input_length()
  let pointer = loadInput(length)
  if (pointer == 0) return 0
  let result = qjs_new_uint8_array(pointer, length)
  wasm_free(pointer)
  return result
}

function takeInputText(): i32 {
  let length = <i32>input_length()
  let pointer = loadInput(length)
  if (pointer == 0) return 0
  let result = qjs_new_string(pointer, length)
  wasm_free(pointer)
  return result
}

/** To be freed; 0 after an exception. */
function loadInput(length: i32): i32 {
  let pointer = buffer(length)
  if (pointer == 0) return 0
  if (copiesAtOnce()) alyx_read(input_offset(), pointer, length)
  else {
    let at = 0
    for (; at + 8 <= length; at += 8) store<i64>(pointer + at, input_load_u64(at))
    for (; at < length; at++) store<u8>(pointer + at, input_load_u8(at))
  }
  return pointer
}

/** 0 after an exception. */
function buffer(length: i32): i32 {
  let pointer = wasm_malloc(length > 0 ? length : 1)
  if (pointer == 0) JS_ThrowOutOfMemory(qjs_get_context_ptr())
  return pointer
}

function newOffset(offset: i64): i32 {
  return qjs_new_big_int64(<i32>offset, <i32>(offset >> 32))
}

function readOffset(value: i32): i64 {
  if (qjs_get_big_int64(value, alyx_scratch, alyx_scratch + 4) != 0) return 0
  return (<i64>load<i32>(alyx_scratch + 4) << 32) | <i64>load<u32>(alyx_scratch)
}

function isNothing(value: i32): bool {
  return value == 0 || qjs_is_null(value) != 0 || qjs_is_undefined(value) != 0
}

function nothing(ignored: i32): i32 {
  return qjs_get_undefined()
}

/** A native that this engine does not have. */
function failure(): i32 {
  let error = qjs_new_error()
  qjs_throw(error)
  qjs_free_value(error)
  return 0
}
