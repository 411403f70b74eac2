/** Variables that begin with ALYX_ and are no options. */
export const foreignVariables: Readonly<Record<string, string>> = {
  ALYX_WATCH: "`poll` looks at files again and again, where the system reports no changes: some mounts of containers.",
  ALYX_CACHE_DIR: "Where the command line keeps what it can make again.",
  ALYX_CONFIG_DIR: "Where the command line keeps its settings.",
  ALYX_DATA_DIR: "Where the command line keeps its data.",
  ALYX_LAUNCHED: "Set by the launcher for itself.",
}
