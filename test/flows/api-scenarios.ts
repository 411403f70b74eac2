import type { Answer } from "../helpers/running-daemon.ts"

/** The schema that the scenarios are for: the blog, and one collection with every type. */
export const kindsSchema = `
  kinds:
    fields:
      key: { type: int, primary: true, default: auto }
      word: { type: string, maxLength: 20, unique: true }
      long: { type: text, nullable: true }
      amount: { type: float, default: 0.5 }
      flag: { type: bool, nullable: true }
      at: { type: timestamp, default: now }
      data: { type: json, nullable: true, items: string }
      bytes: { type: blob, nullable: true }
      secret: { type: string, internal: true, default: "hidden" }
      parent_id: { type: int, references: kinds.key, nullable: true, onDelete: set null, index: true }
      mail: { type: string, format: email, nullable: true }
      site: { type: string, format: url, nullable: true }
      level: { type: int, enum: [1, 2, 3], default: 1 }
    rules: { create: true, read: true, update: true, delete: true }
`

/** Sends one request; a body is sent as JSON. */
export type Send = (method: string, target: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

/** Asks for everything that the API can do, in valid requests only. Some are refused all the same: conflicts, what is gone. `key` is the secret of an API key. */
export async function runScenarios(send: Send, key: string): Promise<void> {
  for (const path of ["/", "/health", "/health/live", "/health/ready", "/health/stats", "/metrics"])
    await send("GET", path)
  const document = await send("GET", "/api/openapi.json")
  await send("GET", "/api/openapi.json", undefined, { "if-none-match": document.headers.get("etag")! })
  await send("GET", "/api/openapi.yaml")
  await send("GET", "/api/auth/key", undefined, { authorization: `Bearer ${key}` })
  await runAuth(send)
  await runBlog(send)
  await runKinds(send)
}

/** Codes of mails and of providers' sign-ins are tried where those are: here they are well-formed, and unknown. */
async function runAuth(send: Send): Promise<void> {
  const auth = "/api/auth"
  const email = "grace@example.com"
  const password = "nine lives of a moth"
  await send("POST", `${auth}/register`, { email, password, name: "Grace" })
  await send("POST", `${auth}/register`, { email, password })
  await send("POST", `${auth}/login`, { email, password: "wrong" })
  const signedIn = await send("POST", `${auth}/login`, { email, password })
  const head = { authorization: `Bearer ${signedIn.body.access_token}` }
  await send("GET", `${auth}/me`, undefined, head)
  await send("GET", `${auth}/key`, undefined, head)
  const { body } = await send("GET", `${auth}/sessions`, undefined, head)
  const others = body.sessions.find((session: { current: boolean }) => !session.current)
  await send("DELETE", `${auth}/sessions/${others.id}`, undefined, head)
  const again = await send("POST", `${auth}/login`, { email, password })
  const refreshed = await send("POST", `${auth}/refresh`, { refresh_token: again.body.refresh_token })
  await send("POST", `${auth}/logout`, { refresh_token: refreshed.body.refresh_token })
  await send("DELETE", `${auth}/sessions`, undefined, head)
  const changed = { current_password: password, new_password: "ten lives of a moth" }
  await send("PATCH", `${auth}/password`, changed, head)
  await send("POST", `${auth}/verify/request`, undefined, head)
  await send("POST", `${auth}/email`, { new_email: "hopper@example.com", password: changed.new_password }, head)
  const token = "A".repeat(43)
  await send("POST", `${auth}/verify`, { token })
  await send("POST", `${auth}/email/confirm`, { token })
  await send("POST", `${auth}/reset`, { email: "nobody@example.com" })
  await send("POST", `${auth}/reset/confirm`, { token, password })
  await send("GET", `${auth}/providers`)
  await send("POST", `${auth}/oauth/exchange`, { code: token })
  await send("POST", `${auth}/oauth/link`, { code: token, password })
  await send("DELETE", `${auth}/oauth/github`, undefined, head)
  await send("POST", `${auth}/logout`, undefined, head)
}

async function runBlog(send: Send): Promise<void> {
  const ada = await send("POST", "/api/collections/users", { email: "ada@example.com", name: "Ada" })
  await send("POST", "/api/collections/users", { email: "ada@example.com" })
  const post = await send("POST", "/api/collections/posts?expand=author", {
    title: "Hello",
    slug: "hello",
    content: "A first post",
    author_id: ada.body.id,
    published: true,
    published_at: "2026-01-24T12:00:00+02:00",
    tags: ["first", "ça"],
  })
  const path = `/api/collections/posts/${post.body.id}`
  const comment = await send("POST", "/api/collections/comments?fields=id,content", {
    post_id: post.body.id,
    author_id: ada.body.id,
    content: "Nice",
  })
  await send(
    "GET",
    "/api/collections/posts?filter=published:eq:true&filter=tags:contains:first&sort=-created_at&limit=10&expand=author,comments",
  )
  await send("GET", "/api/collections/posts?fields=title&expand=comments.author&skipTotal=true")
  await send("GET", "/api/collections/users?email=ada@example.com&page=1&perPage=20")
  await send("GET", "/api/collections/comments?limit=1&offset=1")
  const got = await send("GET", `${path}?expand=author`)
  const etag = got.headers.get("etag")!
  await send("GET", `${path}?expand=author`, undefined, { "if-none-match": etag })
  await send("GET", `/api/collections/users/${ada.body.id}?fields=email`)
  await send("GET", `/api/collections/comments/${comment.body.id}`)
  await send("PATCH", `${path}?expand=author`, { view_count: 7, excerpt: null }, { "if-match": etag })
  await send("PATCH", path, { view_count: 8 }, { "if-match": etag })
  await send("PATCH", path, got.body.author === undefined ? {} : { id: post.body.id, title: "Changed" })
  await send("PATCH", `/api/collections/users/${ada.body.id}`, { name: "Ada L." })
  await send("PATCH", `/api/collections/comments/${comment.body.id}`, {})
  await send("POST", "/api/batch", {
    operations: [
      { op: "create", collection: "users", data: { email: "bob@example.com" } },
      { op: "update", collection: "posts", id: post.body.id, data: { title: "Again" }, if_match: null },
      { op: "delete", collection: "comments", id: comment.body.id },
    ],
  })
  await send("POST", "/api/batch", {
    operations: [{ op: "delete", collection: "users", id: "0198c000-0000-7000-8000-000000000000" }],
  })
  await send("DELETE", `/api/collections/comments/${comment.body.id}`)
  await send("DELETE", path)
  await send("DELETE", `/api/collections/users/${ada.body.id}`, undefined, { "if-match": "*" })
}

async function runKinds(send: Send): Promise<void> {
  const first = await send("POST", "/api/collections/kinds", { word: "one" })
  const second = await send("POST", "/api/collections/kinds?expand=parent", {
    word: "two",
    long: "ünïcode 😀",
    amount: -1.5,
    flag: false,
    at: "2026-01-31T12:00:00Z",
    data: ["a", "b"],
    bytes: "AAEC",
    secret: "s",
    parent_id: first.body.key,
    mail: "a@example.com",
    site: "https://bücher.example/ü?a=b",
    level: 3,
  })
  const path = `/api/collections/kinds/${second.body.key}`
  const list = "/api/collections/kinds"
  const walk = await send("GET", `${list}?sort=-word&limit=1&cursor=`)
  await send("GET", `${list}?sort=-word&limit=1&cursor=${walk.body.next_cursor}`)
  await send(
    "GET",
    `${list}?filter=level:in:1,3&filter=at:gte:2026-01-01&filter=data:ne:null&filter=bytes:eq:AAEC&filter=word:like:t%25`,
  )
  await send("GET", `${list}?flag=false&level=3&parent_id=${first.body.key}&amount=-1.5&data=null`)
  await send("GET", `${list}?flag=null`)
  await send("GET", `/api/collections/kinds/${first.body.key}?expand=kinds.parent`)
  await send("GET", path)
  await send("PATCH", path, { ...second.body, parent: undefined, long: null, secret: "t" })
  await send("GET", `${list}/999999`)
  await send("DELETE", `/api/collections/kinds/${first.body.key}`)
  await send("POST", "/api/batch", {
    operations: [
      { op: "update", collection: "kinds", id: second.body.key, data: { flag: true } },
      { op: "delete", collection: "kinds", id: String(second.body.key) },
    ],
  })
}
