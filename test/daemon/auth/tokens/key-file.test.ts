import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { keptPrivateKey, keptSecret } from "../../../../src/daemon/auth/tokens/key-file.ts"
import { createLogger } from "../../../../src/lib/logger.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"

function listeningLogger() {
  const lines: string[] = []
  return {
    lines,
    logger: createLogger({ level: "debug", format: "json", destination: { write: (line) => lines.push(line) } }),
  }
}

test("both keys stand in one file, beside what others put there", async () => {
  const folder = await tempFolder()
  const file = path.join(folder, "alyx.keys")
  const { logger, lines } = listeningLogger()
  await writeFile(file, JSON.stringify({ secret_key: "of another part" }), { mode: 0o600 })

  const secret = await keptSecret(file, logger)
  const key = await keptPrivateKey(file, logger)

  expect(JSON.parse(await readFile(file, "utf8"))).toEqual({
    secret_key: "of another part",
    jwt_secret: secret,
    jwt_private_key: key,
  })
  expect([await keptSecret(file, logger), await keptPrivateKey(file, logger)]).toEqual([secret, key])
  expect(await readdir(folder)).toEqual(["alyx.keys"])
  expect(lines).toEqual([])
})

test("a file that others may read is closed to them, with a warning that has no key in it", async () => {
  const file = path.join(await tempFolder(), "alyx.keys")
  const { logger, lines } = listeningLogger()
  const secret = await keptSecret(file, logger)
  await chmod(file, 0o644)

  expect(await keptSecret(file, logger)).toBe(secret)

  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(lines.join()).toContain('"level":"warn"')
  expect(lines.join()).not.toContain(secret)
})

test.each([
  ["no JSON", "{ half"],
  ["a list", "[]"],
  ["a secret that is short", '{"jwt_secret":"short"}'],
  ["a secret that is a number", '{"jwt_secret":12345678901234567890123456789012345678}'],
  ["not UTF-8", Buffer.from([0xff, 0xfe, 0x00])],
])("a file that holds %s is never replaced: the error says what to do", async (_what, content) => {
  const file = path.join(await tempFolder(), "alyx.keys")
  await writeFile(file, content, { mode: 0o600 })

  await expect(keptSecret(file, listeningLogger().logger)).rejects.toMatchObject({
    code: "FILE_UNREADABLE",
    message: expect.stringContaining(file),
  })

  expect(await readFile(file)).toEqual(Buffer.from(content))
})

test("a folder in its place is an error, and so is a key of another kind", async () => {
  const folder = await tempFolder()
  await mkdir(path.join(folder, "alyx.keys"))
  const { logger } = listeningLogger()
  await expect(keptSecret(path.join(folder, "alyx.keys"), logger)).rejects.toMatchObject({ code: "FILE_UNREADABLE" })

  const other = path.join(folder, "other.keys")
  await writeFile(other, '{"jwt_private_key":{"kty":"RSA"}}', { mode: 0o600 })

  await expect(keptPrivateKey(other, logger)).rejects.toMatchObject({ code: "FILE_UNREADABLE" })
})
