import type { FastifyInstance, FastifyRequest } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { FakeRequest } from "../../../protocol/data-api.ts"
import { fakeCountMax } from "../../../protocol/data-api.ts"
import type { SeedAndFake } from "../../data/seed-and-fake.ts"
import type { MemberCheck } from "../body-members.ts"
import { requireMembers } from "../body-members.ts"
import { leftSignal } from "../left-signal.ts"
import { answerWithProgress } from "../progress-answer.ts"
import { addResource } from "../resource.ts"

/** The type of a body that is a JSON value a line. */
export const ndjsonContentType = "application/x-ndjson"

/**
 * Serves: POST /api/admin/db/seed, whose body is NDJSON of any length up to seedBytesMax, spooled to the
 * disk, and POST /api/admin/db/fake. Both write nothing when the client goes away before the end. Registered under the
 * check of admins.
 */
export function adminSeedRoutes(root: FastifyInstance, seedAndFake: Pick<SeedAndFake, "seed" | "fake">): void {
  void root.register((app, _options, done) => {
    // Not read here: the handler takes it as a stream.
    if (!app.hasContentTypeParser(ndjsonContentType)) {
      app.addContentTypeParser(ndjsonContentType, (_request, _payload, parsed) => parsed(null))
    }
    addResource(app, "/api/admin/db/seed", {
      async POST(request, reply) {
        requireNdjson(request)
        const call = { requestId: request.id, signal: leftSignal(reply) }
        await answerWithProgress(request, reply, (onProgress) => seedAndFake.seed(request.raw, { ...call, onProgress }))
        return reply
      },
    })
    addResource(app, "/api/admin/db/fake", {
      async POST(request, reply) {
        const asked = readFakeRequest(request.body)
        const call = { requestId: request.id, signal: leftSignal(reply) }
        await answerWithProgress(request, reply, (onProgress) => seedAndFake.fake(asked, { ...call, onProgress }))
        return reply
      },
    })
    done()
  })
}

function requireNdjson({ headers }: FastifyRequest): void {
  const [type = ""] = (headers["content-type"] ?? "").split(";")
  if (type.trim().toLowerCase() === ndjsonContentType) return
  throw alyxError("UNSUPPORTED_MEDIA_TYPE", {
    message: `The body must be ${ndjsonContentType}: a line {"collection":"posts","data":{…}} for each document.`,
  })
}

const randomSeedMax = 2 ** 32 - 1

function wholeNumber(min: number, max: number): MemberCheck {
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? null
      : `must be a whole number from ${min} to ${max}`
}

const namesCheck: MemberCheck = (value) =>
  Array.isArray(value) && value.every((name) => typeof name === "string") ? null : "must be a list of names"

function readFakeRequest(body: unknown): FakeRequest {
  const members = requireMembers(
    body,
    {
      count: { check: wholeNumber(1, fakeCountMax), required: true },
      randomSeed: { check: wholeNumber(0, randomSeedMax), required: true },
      collections: { check: namesCheck },
    },
    `Send {"count":10000,"randomSeed":1}.`,
  )
  return members as unknown as FakeRequest
}
