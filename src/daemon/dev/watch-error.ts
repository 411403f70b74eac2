/** Says what to do when the system does not let files be watched. */
export function explainWatchError(error: NodeJS.ErrnoException): string {
  return error.code === "ENOSPC"
    ? "The system's limit of watched files is reached: raise fs.inotify.max_user_watches, or start with ALYX_WATCH=poll."
    : "Watching the project's files failed; restart to follow them again."
}
