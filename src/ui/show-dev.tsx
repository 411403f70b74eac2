import path from "node:path"

import { ensureDaemon, missingFlags } from "../client/ensure-daemon.ts"
import type { DaemonLaunch } from "../client/spawn-daemon.ts"
import { stopDaemon } from "../client/stop-daemon.ts"
import { readBeginning } from "../project/read-beginning.ts"
import type { Leave } from "./dashboard/dashboard.ts"
import { Dashboard } from "./dashboard/dashboard.ts"
import { openScreen } from "./dashboard/open-screen.ts"
import { keepHeapSmall } from "../lib/small-heap.ts"
import { runDevSession } from "./dev-session.ts"
import { DevStore } from "./dev-store.ts"
import { DevScreen } from "./screens/dev.tsx"
import type { Terminal } from "./terminal.ts"

/** Starts or joins the project's dev daemon and shows the dashboard until the person leaves it. */
export async function showDev(options: {
  readonly launch: DaemonLaunch
  readonly version: string
  readonly terminal: Terminal
}): Promise<void> {
  const { launch, version, terminal } = options
  const { daemon, outcome } = await ensureDaemon(
    // Only now: later the screen is drawn, and the daemon's log has it.
    { ...launch, onProgress: (message) => terminal.err.write(`${message}\n`) },
    { version },
  )
  const store = new DevStore(daemon)
  const missing = outcome === "joined" ? missingFlags(daemon, launch.flags) : []
  if (missing.length > 0) {
    const text = `It was running already: ${missing.join(" ")} takes effect after ${terminal.asRunHere("alyx stop")}.`
    store.setMessage({ urgent: false, text })
  }
  if (outcome === "replaced") {
    store.setMessage({
      urgent: false,
      text: `The daemon was of another build and was replaced: version ${daemon.version}.`,
    })
  }
  const stopLooking = keepHeapSmall(100)
  const leave = await runScreen({ launch, version, store, terminal }, daemon).finally(stopLooking)
  await sayGoodbye(leave, store, terminal)
}

/** Shows the screen while the session fills the store; whichever ends first ends the other. */
async function runScreen(
  parts: {
    readonly launch: DaemonLaunch
    readonly version: string
    readonly store: DevStore
    readonly terminal: Terminal
  },
  daemon: Parameters<typeof runDevSession>[1],
): Promise<Leave | undefined> {
  const { launch, version, store, terminal } = parts
  const leaving = new AbortController()
  let leave: Leave | undefined
  const dashboard = new Dashboard({
    store,
    paths: launch.paths,
    onLeave: (how) => {
      leave = how
      screen.close()
    },
  })
  const readText = (file: string): string | undefined => readBeginning(path.resolve(launch.paths.root, file))
  const screen = openScreen(
    <DevScreen
      store={store}
      look={{ paint: terminal.out.paint, readText }}
      onKey={(key, sight) => dashboard.press(key, sight)}
    />,
  )
  const [session, shown] = await Promise.allSettled([
    runDevSession({ launch, version, store, signal: leaving.signal }, daemon).finally(() => screen.close()),
    screen.ended.finally(() => leaving.abort()),
  ])
  dashboard.close()
  store.close()
  if (session.status === "rejected") throw session.reason
  if (shown.status === "rejected") throw shown.reason
  return leave
}

async function sayGoodbye(leave: Leave | undefined, store: DevStore, { out, asRunHere }: Terminal): Promise<void> {
  const { daemon } = store.snapshot()
  if (leave === "stop") {
    out.write("Stopping…\n")
    await stopDaemon(daemon)
    out.write("Stopped.\n")
  } else if (leave === "detach") {
    const address = daemon.url === null ? "" : ` at ${out.paint("name", daemon.url)}`
    const next = asRunHere("alyx dev comes back, alyx stop ends it.")
    out.write(`Still running${address} (process ${daemon.pid}). ${next}\n`)
  } else out.write("The daemon was stopped.\n")
}
