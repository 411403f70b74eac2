import { spawn } from "node:child_process"

/** Opens an address in the person's browser; false when this machine has none that can be asked for. */
export async function openInBrowser(
  url: string,
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<boolean> {
  const [command, ...args] = browserCommand(url, platform)
  const child = spawn(command, args, { detached: true, stdio: "ignore", env: environment })
  child.unref()
  return new Promise((resolve) => {
    child.once("error", () => resolve(false))
    child.once("exit", (code) => resolve(code === 0))
    // A browser that was started by it may keep the opener alive.
    child.once("spawn", () => setTimeout(() => resolve(true), openedAfterMs).unref())
  })
}

/** An opener that did not give up by then has found a browser. */
const openedAfterMs = 1_500

function browserCommand(url: string, platform: NodeJS.Platform): [string, ...string[]] {
  if (platform === "darwin") return ["open", url]
  // `start` is a word of cmd; the empty text is the title of its window.
  if (platform === "win32") return ["cmd", "/c", "start", "", url.replaceAll("&", "^&")]
  return ["xdg-open", url]
}
