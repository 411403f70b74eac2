import { readFile, rm, writeFile } from "node:fs/promises"
import { setTimeout as delay } from "node:timers/promises"

/** A build takes seconds; whoever holds the lock for longer has hung. */
const waitMsMax = 60_000

/** Runs work while no other process does: two builds of one folder (`npm start` beside `npm test`) take turns. */
export async function withLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  await acquire(file)
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function acquire(file: string): Promise<void> {
  const deadline = Date.now() + waitMsMax
  while (Date.now() < deadline) {
    try {
      await writeFile(file, String(process.pid), { flag: "wx" })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
    }
    const holder = await readFile(file, "utf8").catch(() => "")
    if (holder !== "" && !isAlive(Number(holder))) await rm(file, { force: true })
    else await delay(50)
  }
  throw new Error(`Another build holds ${file} for over a minute. Remove the file if no build is running.`)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}
