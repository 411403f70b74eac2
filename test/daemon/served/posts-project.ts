import { openMigrationProject } from "./migration-project.ts"
import type { MigrationProject } from "./migration-project.ts"

/** People and their posts; the title of a post may have another name. */
export const postsSchema = (title = "title", more = ""): string => `version: 1
collections:
  users:
    timestamps: false
    fields:
      name: { type: string }
  posts:
    timestamps: false
    fields:
      ${title}: { type: string, maxLength: 40, index: true }
      author_id: { type: uuid, nullable: true, references: users.id, onDelete: cascade }
${more}`

/** A migration of that name. */
export const renameTitle = `operations:
  - type: rename_field
    collection: posts
    from: title
    to: headline
`

/** Where it is written. */
export const renameTitleFile = "migrations/001_rename_title.yaml"

/** A project with one person and two posts. */
export async function openPostsProject(
  options: Parameters<typeof openMigrationProject>[0] = {},
): Promise<MigrationProject> {
  const project = await openMigrationProject({ files: { "schema.yaml": postsSchema() }, ...options })
  await project.run("INSERT INTO users (id, name) VALUES ('u1', 'Ada')")
  await project.run("INSERT INTO posts (id, title, author_id) VALUES ('p1', 'One', 'u1'), ('p2', 'Two', 'u1')")
  return project
}
