/** The commands that messages name. */
const commands =
  "init|dev|start|status|logs|restart|stop|config|schema|migrate|db|auth|rules|realtime|functions|secrets|generate|doctor|completion|help"

const mention = new RegExp(`(?<![\\w./-])alyx (?=(?:${commands})\\b)`, "g")

/**
 * Names the commands in a text as they are typed here. A clone has no command `alyx`: its scripts say by RUN_ALYX_AS
 * what runs one there, such as "npm run alyx --". The name does not begin with ALYX_, since those are options.
 */
export function asRunHere(text: string, env: Readonly<Record<string, string | undefined>>): string {
  const program = env["RUN_ALYX_AS"]
  return program === undefined || program === "" ? text : text.replaceAll(mention, () => `${program} `)
}
