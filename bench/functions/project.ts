import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"

/** A project whose functions do what is measured; a single one has `hello` alone. */
export function writeFunctionsProject(root: string, isSingle: boolean): void {
  mkdirSync(path.join(root, "functions"), { recursive: true })
  writeFileSync(path.join(root, "schema.yaml"), schema)
  const written = Object.entries(sources).filter(([name]) => !isSingle || name === "hello.ts")
  for (const [name, source] of written) writeFileSync(path.join(root, "functions", name), source)
  if (isSingle) return
  for (let number = 0; number < coldCount; number += 1) {
    writeFileSync(path.join(root, "functions", `cold-${number}.ts`), versionSource(number))
  }
}

/** Functions that are called once each, to time the first call. */
export const coldCount = 20

/** A function that answers its version. */
export function versionSource(version: number): string {
  return [
    `import { defineFunction } from "@alyx/functions"`,
    `export default defineFunction({ handler: () => ({ version: ${version} }) })`,
    "",
  ].join("\n")
}

const schema = `version: 1
collections:
  posts:
    fields:
      title: { type: string, maxLength: 200 }
      views: { type: int, default: 0 }
    rules:
      create: "true"
      read: "true"
`

const define = `import { defineFunction } from "@alyx/functions"\n`

const sources: Readonly<Record<string, string>> = {
  "hello.ts": `${define}export default defineFunction({ handler: (input: { name: string }) => ({ hello: input.name }) })\n`,
  "ten-reads.ts": `${define}export default defineFunction({
  async handler(input: { ids: string[] }, ctx) {
    const titles: string[] = []
    for (const id of input.ids) titles.push(((await ctx.db.posts.get(id)) as { title: string }).title)
    return { titles }
  },
})
`,
  "ten-reads-at-once.ts": `${define}export default defineFunction({
  async handler(input: { ids: string[] }, ctx) {
    const found = await Promise.all(input.ids.map((id) => ctx.db.posts.get(id)))
    return { titles: found.map((one) => (one as { title: string }).title) }
  },
})
`,
  "host-calls.ts": `${define}export default defineFunction({
  async handler(input: { id: string; count: number }, ctx) {
    const tookMs: number[] = []
    for (let done = 0; done < input.count; done += 1) {
      const begin = performance.now()
      await ctx.db.posts.get(input.id)
      tookMs.push(performance.now() - begin)
    }
    return { tookMs }
  },
})
`,
  "wait.ts": `${define}export default defineFunction({
  async handler(input: { ms: number }) {
    await new Promise((resolve) => setTimeout(resolve, input.ms))
    return { waited: input.ms }
  },
})
`,
  "wait.yaml": "max_concurrency: 64\n",
  "hello.yaml": "max_concurrency: 64\n",
  "loop.ts": `${define}export default defineFunction({ handler() { for (;;); } })\n`,
  "loop.yaml": "timeout: 2s\n",
  "recurse.ts": `${define}const down = (depth: number): number => down(depth + 1) + 1
export default defineFunction({ handler: () => down(0) })
`,
  "allocate.ts": `${define}export default defineFunction({
  handler() {
    const held: string[][] = []
    for (;;) held.push(Array.from({ length: 10_000 }, (_, index) => String(index)))
  },
})
`,
  "allocate.yaml": "timeout: 2s\nmemory: 64mb\n",
  "log.ts": `${define}export default defineFunction({ handler(_input, ctx) { for (;;) ctx.log.info("x".repeat(1000)) } })\n`,
  "log.yaml": "timeout: 2s\n",
  "output.ts": `${define}export default defineFunction({ handler: () => "x".repeat(64 * 1024 * 1024) })\n`,
  "host-storm.ts": `${define}export default defineFunction({
  async handler(input: { id: string }, ctx) {
    for (;;) await Promise.all(Array.from({ length: 100 }, () => ctx.db.posts.get(input.id).catch(() => null)))
  },
})
`,
  "host-storm.yaml": "timeout: 2s\n",
}
