import fastify from "fastify"

/** The same handler as functions/hello.ts, in plain Fastify: what a call costs without a sandbox. */
const app = fastify()
app.post("/api/functions/hello", (request) => {
  const { name } = request.body as { name: string }
  return { output: { hello: name }, request_id: request.id, duration_ms: 0 }
})
app.get("/health/ready", () => ({ ready: true }))
await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) })
