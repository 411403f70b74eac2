import { execFile, spawnSync } from "node:child_process"
import path from "node:path"
import { promisify } from "node:util"

import { expect, onTestFinished, test } from "vitest"

import { endDaemonWithTest } from "../helpers/end-daemon.ts"
import { builtCli } from "../helpers/built-cli.ts"
import { canRun } from "../helpers/can-run.ts"
import { notesSchema } from "../helpers/open-dashboard.ts"
import { sendTo, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const hasTmux = spawnSync("tmux", ["-V"]).status === 0

/** A tmux server of the test's own, with a shell in a window of 100×30. */
async function openTmux(folder: string): Promise<(...words: string[]) => Promise<string>> {
  const socket = path.join(folder, "tmux.sock")
  const { CI: _ci, TMUX: _tmux, ...env } = process.env
  const tmux = async (...words: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)("tmux", ["-S", socket, "-f", "/dev/null", ...words], { env })
    return stdout
  }
  onTestFinished(async () => void (await tmux("kill-server").catch(() => undefined)))
  await tmux("new-session", "-d", "-x", "100", "-y", "30", "-c", folder, "sh")
  return tmux
}

test.runIf(canRun(hasTmux, "alyx dev in tmux needs tmux (apt-get install tmux)"))(
  "alyx dev works in tmux: keys, another size, and the shell is back at the end",
  async () => {
    const folder = await tempFolder()
    await writeProject(folder, { "schema.yaml": notesSchema })
    endDaemonWithTest(folder)
    const tmux = await openTmux(folder)
    const screen = (): Promise<string> => tmux("capture-pane", "-p")
    const shows = (text: string | RegExp): Promise<void> =>
      expect.poll(screen, { timeout: 20_000, interval: 100 }).toMatch(text)

    await tmux("send-keys", `echo before; '${process.execPath}' '${await builtCli()}' dev --port 0`, "Enter")
    await shows("1 collection, 0 documents")
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await screen())![0]
    await sendTo(url, "GET", "/api/collections/none")
    await shows("COLLECTION_NOT_FOUND")
    await tmux("send-keys", "Enter")
    await shows("Request headers")
    await tmux("send-keys", "Escape")
    await tmux("resize-window", "-x", "60", "-y", "15")
    await shows(/Requests {1,2}Changes Events Functions/)
    const small = await screen()
    await tmux("send-keys", "Q")
    await shows("Stopped.")

    expect(small.trimEnd().split("\n").length).toBeLessThanOrEqual(15)
    expect(await tmux("display-message", "-p", "#{alternate_on}")).toBe("0\n")
    expect(await tmux("display-message", "-p", "#{cursor_flag}")).toBe("1\n")
  },
)
