/** Variables that begin with ALYX_ and are no options: they are read by the command line. */
export const foreignVariables: Readonly<Record<string, string>> = {
  ALYX_URL: "The address of a remote server, for commands that talk to one.",
  ALYX_TOKEN: "The token for that server.",
  ALYX_CACHE_DIR: "Where the command line keeps what it can make again.",
  ALYX_CONFIG_DIR: "Where the command line keeps its settings.",
  ALYX_DATA_DIR: "Where the command line keeps its data.",
}
