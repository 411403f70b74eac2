import { offerFirstAdmin } from "../auth/administration/first-admin.ts"
import type { AuthParts } from "../auth/auth.ts"
import type { Parts } from "./open-parts.ts"

/** Tells whoever reads the log, at each start, how to make an admin as long as there is none. On an open server everyone is one. */
export async function tellFirstAdminLink(auth: AuthParts, { config, logger }: Parts): Promise<void> {
  if (config.current.server.insecureOpen) return
  try {
    const link = await offerFirstAdmin(auth)
    if (link !== null) logger.info(`There is no admin yet. Make one within an hour: ${link}`)
  } catch (error) {
    // A full disk, say: the server can do without.
    logger.warn("No link for a first admin could be made; alyx auth create-admin makes one.", { error })
  }
}
