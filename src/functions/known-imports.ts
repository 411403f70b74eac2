/** Extism's own functions. */
export const extismNamespace = "extism:host/env"
/** Ours (guest-abi.ts). */
export const alyxNamespace = "extism:host/user"
export const wasiNamespace = "wasi_snapshot_preview1"
/** How WASI's functions are imported by the module that is compiled: Extism would put its own in their place. */
export const ownWasiNamespace = "alyx:wasi"

/** How a module imports http_request whose code never asks for it: Extism would make every call asynchronous for it. */
export const unusedNamespace = "alyx:unused"

/** The export by which a call goes on that has returned where it waits (guest-abi.ts). */
export const resumeName = "alyx_resume"

/** What a module of a compiler runs before its functions are called; we do it, so Extism must not know the names. */
export const beginnings = { initialize: "alyx:initialize", start: "alyx:start", haskell: "alyx:hs_init" } as const

const beginningNames: Readonly<Record<string, string>> = {
  _initialize: beginnings.initialize,
  _start: beginnings.start,
  hs_init: beginnings.haskell,
}

/** The name that an export of a plug-in gets when it is compiled. */
export function ownExportName(name: string): string {
  return Object.hasOwn(beginningNames, name) ? beginningNames[name]! : name
}

const getBytes = "i64 -> i64"

/**
 * Every function that a plug-in may import, with its signatures. What is not here, or has another signature, is refused when a plug-in
 * is loaded, so that nothing fails later.
 */
export const knownImports: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  [extismNamespace]: {
    alloc: ["i64 -> i64"],
    free: ["i64 ->"],
    length: [getBytes],
    length_unsafe: [getBytes],
    load_u8: ["i64 -> i32"],
    load_u64: ["i64 -> i64"],
    store_u8: ["i64 i32 ->"],
    store_u64: ["i64 i64 ->"],
    input_offset: ["-> i64"],
    input_length: ["-> i64"],
    input_load_u8: ["i64 -> i32"],
    input_load_u64: ["i64 -> i64"],
    output_set: ["i64 i64 ->"],
    error_set: ["i64 ->"],
    error_get: ["-> i64"],
    config_get: ["i64 -> i64"],
    var_get: ["i64 -> i64"],
    var_set: ["i64 i64 ->"],
    http_request: ["i64 i64 -> i64"],
    http_status_code: ["-> i32"],
    http_headers: ["-> i64"],
    log_trace: ["i64 ->"],
    log_debug: ["i64 ->"],
    log_info: ["i64 ->"],
    log_warn: ["i64 ->"],
    log_error: ["i64 ->"],
    get_log_level: ["-> i32"],
  },
  [alyxNamespace]: {
    alyx_context: ["-> i64"],
    alyx_submit: ["i64 ->"],
    alyx_wait: ["-> i64"],
    alyx_call: ["i64 -> i64"],
    alyx_log: ["i64 ->"],
    alyx_read: ["i64 i32 i32 ->"],
    alyx_write: ["i32 i32 -> i64"],
    alyx_timezone: ["i64 -> i32", "f64 -> i32"],
  },
  [wasiNamespace]: {
    args_get: ["i32 i32 -> i32"],
    args_sizes_get: ["i32 i32 -> i32"],
    clock_res_get: ["i32 i32 -> i32"],
    clock_time_get: ["i32 i64 i32 -> i32"],
    environ_get: ["i32 i32 -> i32"],
    environ_sizes_get: ["i32 i32 -> i32"],
    fd_advise: ["i32 i64 i64 i32 -> i32"],
    fd_allocate: ["i32 i64 i64 -> i32"],
    fd_close: ["i32 -> i32"],
    fd_datasync: ["i32 -> i32"],
    fd_fdstat_get: ["i32 i32 -> i32"],
    fd_fdstat_set_flags: ["i32 i32 -> i32"],
    fd_fdstat_set_rights: ["i32 i64 i64 -> i32"],
    fd_filestat_get: ["i32 i32 -> i32"],
    fd_filestat_set_size: ["i32 i64 -> i32"],
    fd_filestat_set_times: ["i32 i64 i64 i32 -> i32"],
    fd_pread: ["i32 i32 i32 i64 i32 -> i32"],
    fd_prestat_dir_name: ["i32 i32 i32 -> i32"],
    fd_prestat_get: ["i32 i32 -> i32"],
    fd_pwrite: ["i32 i32 i32 i64 i32 -> i32"],
    fd_read: ["i32 i32 i32 i32 -> i32"],
    fd_readdir: ["i32 i32 i32 i64 i32 -> i32"],
    fd_renumber: ["i32 i32 -> i32"],
    fd_seek: ["i32 i64 i32 i32 -> i32"],
    fd_sync: ["i32 -> i32"],
    fd_tell: ["i32 i32 -> i32"],
    fd_write: ["i32 i32 i32 i32 -> i32"],
    path_create_directory: ["i32 i32 i32 -> i32"],
    path_filestat_get: ["i32 i32 i32 i32 i32 -> i32"],
    path_filestat_set_times: ["i32 i32 i32 i32 i64 i64 i32 -> i32"],
    path_link: ["i32 i32 i32 i32 i32 i32 i32 -> i32"],
    path_open: ["i32 i32 i32 i32 i32 i64 i64 i32 i32 -> i32"],
    path_readlink: ["i32 i32 i32 i32 i32 i32 -> i32"],
    path_remove_directory: ["i32 i32 i32 -> i32"],
    path_rename: ["i32 i32 i32 i32 i32 i32 -> i32"],
    path_symlink: ["i32 i32 i32 i32 i32 -> i32"],
    path_unlink_file: ["i32 i32 i32 -> i32"],
    poll_oneoff: ["i32 i32 i32 i32 -> i32"],
    proc_exit: ["i32 ->"],
    proc_raise: ["i32 -> i32"],
    random_get: ["i32 i32 -> i32"],
    sched_yield: ["-> i32"],
    sock_accept: ["i32 i32 i32 -> i32"],
    sock_recv: ["i32 i32 i32 i32 i32 i32 -> i32"],
    sock_send: ["i32 i32 i32 i32 i32 -> i32"],
    sock_shutdown: ["i32 i32 -> i32"],
  },
}
