import { createHash } from "node:crypto"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"

/** Where the parts of a project are. Where the data and the functions are, the configuration says. */
export interface ProjectPaths {
  readonly root: string
  readonly schemaFile: string
  readonly configFile: string
  /** Values for the configuration, those that win first. */
  readonly envFiles: readonly string[]
  readonly migrationsDir: string
  /** `.alyx`: what Alyx keeps for itself; may be deleted while nothing runs. */
  readonly stateDir: string
  /** The JSON Schemas that editors complete schema.yaml, alyx.yaml and migrations with. */
  readonly editorSchemaFile: string
  readonly editorConfigFile: string
  readonly editorMigrationFile: string
  /** schema.yaml as it was when it was last applied in dev, for those who want their edit undone. */
  readonly lastGoodSchemaFile: string
  /** Copies of the database that were made before something was lost; the last ten are kept. */
  readonly backupsDir: string
  /** What our compiler makes of functions: `<name>.wasm`. */
  readonly builtFunctionsDir: string
  /** Types of functions for editors: of `@alyx/functions` and of the collections. */
  readonly typesDir: string
  /** Completes manifests of functions in editors. */
  readonly editorManifestFile: string
  readonly daemonFile: string
  readonly logFile: string
  readonly socketPath: string
}

/** Those that win first. */
export const envFileNames = [".env.local", ".env"] as const

/** Linux takes 108 bytes and macOS 104, with the closing zero. */
const socketPathBytesMax = 100

/** What the place of the socket depends on besides the root. */
export interface SocketSurroundings {
  readonly platform: NodeJS.Platform
  readonly runtimeDir: string | undefined
  readonly temporaryDir: string
  readonly user: string
}

/** Names every path of a project. The root is an absolute path without links, as findProject returns it. */
export function projectPaths(root: string, surroundings: SocketSurroundings = thisMachine()): ProjectPaths {
  const stateDir = join(root, ".alyx")
  return {
    root,
    schemaFile: join(root, "schema.yaml"),
    configFile: join(root, "alyx.yaml"),
    envFiles: envFileNames.map((name) => join(root, name)),
    migrationsDir: join(root, "migrations"),
    stateDir,
    editorSchemaFile: join(stateDir, "schema.schema.json"),
    editorConfigFile: join(stateDir, "alyx.schema.json"),
    editorMigrationFile: join(stateDir, "migration.schema.json"),
    lastGoodSchemaFile: join(stateDir, "last-good", "schema.yaml"),
    backupsDir: join(stateDir, "backups"),
    builtFunctionsDir: join(stateDir, "functions"),
    typesDir: join(stateDir, "types"),
    editorManifestFile: join(stateDir, "function.schema.json"),
    daemonFile: join(stateDir, "daemon.json"),
    logFile: join(stateDir, "daemon.log"),
    socketPath: socketPath(root, stateDir, surroundings),
  }
}

function thisMachine(): SocketSurroundings {
  return {
    platform: process.platform,
    runtimeDir: process.env.XDG_RUNTIME_DIR,
    temporaryDir: tmpdir(),
    user: String(process.getuid?.() ?? userInfo().username),
  }
}

/** Inside the project where the path is short enough, else in a folder of the user's own. */
function socketPath(root: string, stateDir: string, { platform, runtimeDir, temporaryDir, user }: SocketSurroundings) {
  const id = createHash("sha256").update(root).digest("hex").slice(0, 12)
  if (platform === "win32") return `\\\\.\\pipe\\alyx-${user}-${id}`
  const places = [
    join(stateDir, "daemon.sock"),
    ...(runtimeDir?.startsWith("/") ? [join(runtimeDir, "alyx", `${id}.sock`)] : []),
    join(temporaryDir, `alyx-${user}`, `${id}.sock`),
  ]
  const fitting = places.find((path) => Buffer.byteLength(path) <= socketPathBytesMax)
  return fitting ?? join("/tmp", `alyx-${user}`, `${id}.sock`)
}
