import { createHash } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

import { createPlugin } from "@extism/extism"
import type { Plugin } from "@extism/extism"
import { describe, expect, onTestFinished, test } from "vitest"

import { makeSnapshot } from "../../../src/functions/snapshot.ts"

describe("Extism's JavaScript kit, in an Extism host that knows nothing of Alyx", () => {
  test("input and output, as text and as bytes", async () => {
    const plugin = await kitPlugin(`
      text() { Host.outputString("hello " + Host.inputString()) },
      bytes() { const all = new Uint8Array(Host.inputBytes()); Host.outputBytes(all.reverse().buffer) },
      base64() { Host.outputString(Host.arrayBufferToBase64(Host.base64ToArrayBuffer(Host.inputString()))) },`)

    expect(await textOf(plugin, "text", "wörld")).toBe("hello wörld")
    expect([...(await plugin.call("bytes", Uint8Array.of(1, 2, 255)))!.bytes()]).toEqual([255, 2, 1])
    expect(await textOf(plugin, "base64", "gIH/")).toBe("gIH/")
  })

  test("configuration and variables", async () => {
    const plugin = await kitPlugin(`
      work() {
        const before = Var.getString("count")
        Var.set("count", String(Number(before ?? 0) + 1))
        Var.set("bytes", new Uint8Array([7, 8]).buffer)
        Host.outputString(JSON.stringify([Config.get("greeting"), Config.get("missing"), before, Var.getString("count"), [...new Uint8Array(Var.getBytes("bytes"))], Var.getBytes("nothing")]))
      },`)

    expect(JSON.parse(await textOf(plugin, "work"))).toEqual(["hi é", null, null, "1", [7, 8], null])
    expect(JSON.parse(await textOf(plugin, "work"))).toEqual(["hi é", null, "1", "2", [7, 8], null])
  })

  test("blocks of memory", async () => {
    const plugin = await kitPlugin(`
      work() {
        const text = Memory.fromString("é")
        const found = Memory.find(text.offset)
        const all = [found.readString(), Number(found.len), Memory.fromJsonObject({ a: 1 }).readJsonObject(), Memory.allocUInt32(5).readUInt32(), String(Memory.allocUInt64(6n).readUInt64()), Memory.allocFloat32(1.5).readFloat32(), Memory.allocFloat64(2.25).readUFloat64(), new Uint8Array(Memory.fromBuffer(new Uint8Array([9]).buffer).readBytes())[0]]
        text.free()
        Host.outputString(JSON.stringify(all))
      },
      short() { Memory.fromString("a").readUInt32() },`)

    expect(JSON.parse(await textOf(plugin, "work"))).toEqual(["é", 2, { a: 1 }, 5, "6", 1.5, 2.25, 9])
    await expect(plugin.call("short")).rejects.toThrow("The block has 1 bytes, and 4 are read.")
  })

  test("what needs Alyx is refused with what to use instead, and the rest of the web is there", async () => {
    const plugin = await kitPlugin(`
      async sign() { await crypto.subtle.generateKey("Ed25519", false, ["sign"]) },
      functions() { Host.getFunctions() },
      web() { Host.outputString([new URL("../x", "http://a/b/c").href, btoa("x"), structuredClone([1]).length, crypto.randomUUID().length].join(" ")) },`)

    await expect(plugin.call("sign")).rejects.toThrow("needs a host of Alyx")
    await expect(plugin.call("functions")).rejects.toThrow("no host functions are declared")
    expect(await textOf(plugin, "web")).toBe("http://a/x eA== 1 36")
  })

  test("digests are computed in the plug-in itself, as Node computes them", async () => {
    const plugin = await kitPlugin(`
      async digest() {
        const bytes = new Uint8Array(Host.inputBytes())
        const hex = async (name) => [...new Uint8Array(await crypto.subtle.digest(name, bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("")
        Host.outputString(JSON.stringify([await hex("SHA-1"), await hex("SHA-256"), await hex("SHA-384"), await hex("SHA-512")]))
      },`)
    for (const length of [0, 1, 55, 56, 63, 64, 65, 111, 112, 119, 128, 1000]) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 7) % 256)

      const inGuest = JSON.parse((await plugin.call("digest", bytes))!.text()) as string[]

      const inNode = ["sha1", "sha256", "sha384", "sha512"].map((name) => createHash(name).update(bytes).digest("hex"))
      expect(inGuest, `${length} bytes`).toEqual(inNode)
    }
  })

  test("a request by Extism's HTTP, and by fetch", async () => {
    const server = createServer((request, response) => {
      request.on("data", (chunk: Buffer) =>
        response.write(`heard ${request.method} ${String(request.headers["x-own"])} ${chunk.toString()}`),
      )
      request.on("end", () => response.end())
      response.statusCode = 201
    })
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve)
    })
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const plugin = await kitPlugin(
      `http() { const r = Http.request({ url: Host.inputString(), method: "POST", headers: { "x-own": 1 } }, "é"); Host.outputString(r.status + " " + r.body) },
       async asked() { const r = await fetch(Host.inputString(), { method: "POST", headers: { "x-own": "2" }, body: "ü" }); Host.outputString(r.status + " " + (await r.text())) },`,
      true,
    )

    expect(await textOf(plugin, "http", url)).toBe("201 heard POST 1 é")
    expect(await textOf(plugin, "asked", url)).toBe("201 heard POST 2 ü")
    await expect(plugin.call("http", "http://example.com/")).rejects.toThrow()
  })
})

async function kitPlugin(methods: string, runInWorker = false): Promise<Plugin> {
  const { wasm } = await makeSnapshot({
    engine: "extism",
    bundle: `globalThis.__alyx_module = {${methods}}`,
    fileName: "kit.js",
    sourceMap: null,
    snapshot: true,
  })
  const plugin = await createPlugin(
    { wasm: [{ data: wasm }] },
    { useWasi: true, runInWorker, config: { greeting: "hi é" }, allowedHosts: ["127.0.0.1"] },
  )
  onTestFinished(() => plugin.close())
  return plugin
}

async function textOf(plugin: Plugin, name: string, input = ""): Promise<string> {
  return (await plugin.call(name, input))?.text() ?? ""
}
