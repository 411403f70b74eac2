import { readFile } from "node:fs/promises"
import path from "node:path"

import { describe, expect, test } from "vitest"

import { builtCli } from "../helpers/built-cli.ts"

interface Manifest {
  readonly commands: Readonly<
    Record<string, { readonly flags: Readonly<Record<string, { readonly hidden?: boolean }>> }>
  >
}

async function readManifest(): Promise<{ manifest: Manifest; docs: string }> {
  const root = path.dirname(path.dirname(await builtCli()))
  const manifest = JSON.parse(await readFile(path.join(root, "oclif.manifest.json"), "utf8")) as Manifest
  return { manifest, docs: await readFile(path.join(root, "docs/cli.md"), "utf8") }
}

describe("docs/cli.md", () => {
  test("names every command", async () => {
    const { manifest, docs } = await readManifest()

    const names = Object.keys(manifest.commands).map((id) => `alyx ${id.replaceAll(":", " ")}`)
    expect(names.filter((name) => !docs.includes(`\`${name}`))).toEqual([])
  })

  test("names every flag, and no other", async () => {
    const { manifest, docs } = await readManifest()
    const flags = Object.values(manifest.commands).flatMap((command) => Object.entries(command.flags))
    const shown = flags.flatMap(([name, { hidden }]) => (hidden ? [] : [`--${name}`]))

    const documented = new Set([...docs.matchAll(/^\| [^|]*(--[a-z-]+)/gm)].map((match) => match[1]!))

    expect([...shown, "--help"].filter((flag) => !documented.has(flag))).toEqual([])
    // A form that help leaves out, since it is another's, may have its line.
    const known = new Set([...flags.map(([name]) => `--${name}`), "--help"])
    expect([...documented].filter((flag) => !known.has(flag))).toEqual([])
  })
})
