import { request } from "node:http"
import path from "node:path"

/** Milliseconds of each build that a daemon has told of, oldest first. */
export function buildTimes(root: string): Promise<readonly number[]> {
  const target = "/api/admin/logs?kind=build&follow=false&tail=1000"
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: path.join(root, ".alyx/daemon.sock"), path: target })
    sent.on("error", reject)
    sent.on("response", (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => (text += chunk))
      response.on("error", reject)
      response.on("end", () => resolve(durationsOf(text)))
    })
    sent.end()
  })
}

function durationsOf(events: string): number[] {
  return events
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice("data: ".length)) as { outcome?: string; durationMs: number })
    .filter(({ outcome }) => outcome === "built")
    .map(({ durationMs }) => durationMs)
}
