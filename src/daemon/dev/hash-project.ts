import type { ProjectPaths } from "../../project/paths.ts"
import { hashFiles, yamlFilesIn } from "./file-hashes.ts"
import type { FileHashes } from "./file-hashes.ts"

/** What the project's files hold now. */
export async function hashProject(paths: ProjectPaths): Promise<FileHashes> {
  const { schemaFile, configFile, envFiles, migrationsDir } = paths
  return hashFiles([schemaFile, configFile, ...envFiles, ...(await yamlFilesIn(migrationsDir))])
}
